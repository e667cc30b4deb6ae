//! Objects that hold others: lists, and templates of virtual machines.

use crate::preview;

use crate::reading::node::{Content, Node};

/// What an object is found in.
pub(super) enum Around {
    /// It is the whole document.
    Document,
    /// A list or a template of objects of any kinds.
    Mixed,
    /// A list or a template, whose objects are of this kind where they do not say it.
    Typed {
        /// As the object would write it.
        api_version: String,
        /// As the object would write it.
        kind: String,
    },
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
        let around = match kind.strip_suffix("List").unwrap_or(kind) {
            "" => Around::Mixed,
            kind => Around::Typed {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
            },
        };
        Holder::Items("items", around)
    };
    let items = node.get("items");
    let is_list = items.is_some_and(|items| matches!(items.content, Content::List(_)));
    match around {
        // To kubectl even the kind does not matter, nor that there may be nothing in it.
        Around::Document if items.is_some() => return Ok(Some(of_list())),
        Around::Mixed | Around::Typed { .. } if is_list && kind.ends_with("List") => {
            return Ok(Some(of_list()));
        }
        Around::Mixed | Around::Typed { .. } if is_list => {
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
    let objects = || Holder::Items("objects", Around::Mixed);
    let virtual_machine = || Around::Typed {
        api_version: "kubevirt.io/v1".to_owned(),
        kind: "VirtualMachine".to_owned(),
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
