//! Payloads that are full of the smallest items that they can hold.

use crate::{
    payloads::{MIB, MOUNTS, Worst},
    pods::{many, payload_text},
};

/// All of them.
pub(crate) fn all() -> Vec<Worst> {
    let rejected: &[&str] = &["rejected 422"];
    let forbidden: &[&str] = &["rejected 403"];
    let accepted: &[&str] = &["accepted"];
    let dense = [
        (
            "annotation of 256 KiB, full of numbers",
            Dense::Annotation,
            FULL,
            "1,",
            rejected,
        ),
        (
            "annotation full of empty objects",
            Dense::Annotation,
            FULL,
            "{},",
            accepted,
        ),
        (
            "annotation full of numbers for requests",
            Dense::Annotation,
            FULL,
            r#"{"hostPath":1},"#,
            rejected,
        ),
        (
            "annotation full of empty requests",
            Dense::Annotation,
            FULL,
            r#"{"hostPath":{}},"#,
            rejected,
        ),
        ("entry full of one key", Dense::Entry, FULL, r#""":0,"#, accepted),
        (
            "request full of one key",
            Dense::Request,
            FULL,
            r#""":0,"#,
            rejected,
        ),
        (
            "request full of one known key",
            Dense::Request,
            FULL,
            r#""path":0,"#,
            rejected,
        ),
        (
            "volumes of 3 MiB, full of numbers",
            Dense::Volumes,
            FULL,
            "1,",
            rejected,
        ),
        (
            "volumes full of empty objects",
            Dense::Volumes,
            FULL,
            "{},",
            rejected,
        ),
        (
            "9 800 volumes, malformed in every member",
            Dense::Volumes,
            2 * MOUNTS,
            r#"{"name":1,"hostPath":{"type":1,"path":1}},"#,
            rejected,
        ),
        (
            "volume full of one key",
            Dense::Volume,
            FULL,
            r#""":0,"#,
            accepted,
        ),
        (
            "containers full of numbers",
            Dense::Containers,
            FULL,
            "1,",
            rejected,
        ),
        (
            "containers full of empty objects",
            Dense::Containers,
            FULL,
            "{},",
            rejected,
        ),
        ("mounts full of numbers", Dense::Mounts, FULL, "1,", rejected),
        (
            "mounts full of empty objects",
            Dense::Mounts,
            FULL,
            "{},",
            rejected,
        ),
        (
            "9 800 mounts of numbers",
            Dense::Mounts,
            2 * MOUNTS,
            "1,",
            rejected,
        ),
        (
            "9 800 mounts, malformed in every member",
            Dense::Mounts,
            2 * MOUNTS,
            r#"{"name":1,"mountPath":1,"readOnly":1,"subPath":1,"subPathExpr":1,"mountPropagation":1,"recursiveReadOnly":1},"#,
            rejected,
        ),
        (
            "9 800 mounts of one forbidden volume",
            Dense::Mounts,
            2 * MOUNTS,
            r#"{"name":"v"},"#,
            forbidden,
        ),
        (
            "9 800 mounts of one allowed volume",
            Dense::Mounts,
            2 * MOUNTS,
            r#"{"name":"w","readOnly":true},"#,
            accepted,
        ),
        (
            "9 800 mounts of 16 forbidden volumes of one name",
            Dense::Mounts,
            2 * MOUNTS,
            r#"{"name":"x"},"#,
            forbidden,
        ),
        (
            "labels full of one key",
            Dense::Labels,
            FULL,
            r#""":0,"#,
            accepted,
        ),
        (
            "settings full of one key",
            Dense::Settings,
            FULL,
            r#""":0,"#,
            rejected,
        ),
        ("rules full of numbers", Dense::Rules, FULL, "1,", rejected),
        ("rules full of empty objects", Dense::Rules, FULL, "{},", rejected),
        (
            "rules full of the same",
            Dense::Rules,
            FULL,
            r#"{"path":"/a"},"#,
            rejected,
        ),
        (
            "sensitive paths full of numbers",
            Dense::Sensitive,
            FULL,
            "1,",
            rejected,
        ),
        (
            "sensitive paths full of the same",
            Dense::Sensitive,
            FULL,
            r#""/","#,
            rejected,
        ),
    ];
    let worst = |(name, at, most, unit, expected): (_, Dense, _, _, _)| {
        let (object, settings) = at.filled(unit, most);
        Worst {
            name,
            payload: payload_text(&object, &settings).into_bytes(),
            expected,
        }
    };
    dense.map(worst).into()
}

/// As many as there is room for.
const FULL: usize = usize::MAX;

/// What is full of the smallest units that it can hold, of as many as its size allows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dense {
    Annotation,
    Entry,
    Request,
    Volumes,
    Volume,
    Containers,
    Mounts,
    Labels,
    Settings,
    Rules,
    Sensitive,
}

impl Dense {
    /// The pod and the settings, which are full of `unit`, but not with more than `most`.
    pub(crate) fn filled(self, unit: &str, most: usize) -> (String, String) {
        let is_annotation = matches!(self, Dense::Annotation | Dense::Entry | Dense::Request);
        let room = if is_annotation { MIB / 4 - 64 } else { 3 * MIB };
        let mut units = unit.repeat((room / unit.len()).min(most));
        if is_annotation {
            units = units.replace('"', "\\\"");
        }
        let units = units.trim_end_matches(',');
        let annotation = match self {
            Dense::Annotation => format!("[{units}]"),
            Dense::Entry => format!("[{{{units}}}]"),
            Dense::Request => format!("[{{\\\"hostPath\\\": {{{units}}}}}]"),
            _ => "[]".to_owned(),
        };
        let part = |part| if part == self { units } else { "" };
        let object = format!(
            r#"{{"metadata": {{
                "annotations": {{"hooks.kubevirt.io/hookSidecars": "{annotation}"}},
                "labels": {{"kubevirt.io": "virt-launcher"{comma}{}}}
            }}, "spec": {{
                "volumes": [{{"name": "v", "hostPath": {{"path": "/etc"}}}}, {allowed}, {named_x}, {{{}}}{comma_volumes}{}],
                "containers": [{{"name": "hook-sidecar-0", "volumeMounts": [{}]}}{comma_containers}{}]
            }}}}"#,
            part(Dense::Labels),
            part(Dense::Volume),
            part(Dense::Volumes),
            part(Dense::Mounts),
            part(Dense::Containers),
            allowed = r#"{"name": "w", "hostPath": {"path": "/imgs", "type": "Directory"}}"#,
            named_x = many(16, ",", |n| format!(
                r#"{{"name": "x", "hostPath": {{"path": "/etc/{n}"}}}}"#
            )),
            comma = if matches!(self, Dense::Labels) { "," } else { "" },
            comma_volumes = if matches!(self, Dense::Volumes) { "," } else { "" },
            comma_containers = if matches!(self, Dense::Containers) {
                ","
            } else {
                ""
            },
        );
        let settings = format!(
            r#"{{"trustedCreators": ["*"], "allowedHostPaths": [{{"pathPrefix": "/imgs"}}{comma}{}], "sensitiveHostPaths": [{}]{}{}}}"#,
            part(Dense::Rules),
            part(Dense::Sensitive),
            if matches!(self, Dense::Settings) { "," } else { "" },
            part(Dense::Settings),
            comma = if matches!(self, Dense::Rules) { "," } else { "" },
        );
        (object, settings)
    }
}
