//! Objects that hold others: lists, and templates of virtual machines.

use kubevirt_sidecar_hostpath_policy::objects::preview;

use crate::reading::node::{Content, Node};

/// What an object is found in.
pub(super) enum Around {
    /// It is the whole document.
    Document,
    /// It is in a list or a template, whose objects have this version and kind where they do not say it.
    Holder {
        /// As the object would write it.
        api_version: Option<String>,
        /// As the object would write it.
        kind: Option<String>,
    },
}

impl Around {
    /// The version and the kind of objects that do not say them.
    pub(super) fn defaults(&self) -> (Option<&str>, Option<&str>) {
        match self {
            Around::Document => (None, None),
            Around::Holder { api_version, kind } => (api_version.as_deref(), kind.as_deref()),
        }
    }
}

/// Where an object holds others.
pub(super) enum Holder {
    /// A list of objects below this key.
    Items(&'static str, Around),
    /// One object below these keys.
    One(&'static [&'static str], Around),
}

/// What the object holds, if it holds others.
///
/// # Errors
/// Why it cannot be told.
pub(super) fn holder(
    node: &Node,
    api_version: &str,
    group: &str,
    kind: &str,
    around: &Around,
) -> Result<Option<Holder>, String> {
    let of_list = || {
        let kind = kind.strip_suffix("List").unwrap_or(kind);
        Holder::Items(
            "items",
            Around::Holder {
                api_version: Some(api_version.to_owned()),
                kind: Some(kind.to_owned()).filter(|kind| !kind.is_empty()),
            },
        )
    };
    let items = node.get("items");
    let is_list = items.is_some_and(|items| matches!(items.content, Content::List(_)));
    match around {
        // To kubectl even the kind does not matter, nor that there may be nothing in it.
        Around::Document if items.is_some() => return Ok(Some(of_list())),
        Around::Holder { .. } if is_list && kind.ends_with("List") => return Ok(Some(of_list())),
        Around::Holder { .. } if is_list => {
            return Err(
                "a list within a list, which kubectl refuses: items makes this object a list".to_owned(),
            );
        }
        _ => {}
    }
    let of_known = kind.strip_suffix("List");
    if of_known.is_some_and(|of| of.is_empty() && api_version == "v1" || preview::knows(group, of)) {
        return Err(format!(
            "a {kind} without items: its objects must be below the key items"
        ));
    }
    Ok(template(api_version, group, kind))
}

/// Templates, which a server or a command makes objects of.
fn template(api_version: &str, group: &str, kind: &str) -> Option<Holder> {
    let objects = || {
        let (api_version, kind) = (None, None);
        Holder::Items("objects", Around::Holder { api_version, kind })
    };
    let virtual_machine = || Around::Holder {
        api_version: Some("kubevirt.io/v1".to_owned()),
        kind: Some("VirtualMachine".to_owned()),
    };
    match (group, kind) {
        ("template.openshift.io", "Template") => Some(objects()),
        ("", "Template") if api_version == "v1" => Some(objects()),
        ("template.kubevirt.io", "VirtualMachineTemplate") => {
            Some(Holder::One(&["spec", "virtualMachine"], virtual_machine()))
        }
        ("harvesterhci.io", "VirtualMachineTemplateVersion") => {
            Some(Holder::One(&["spec", "vm"], virtual_machine()))
        }
        _ => None,
    }
}
