//! Reads a pod's JSON text.

use std::borrow::Cow;

use super::{Container, ContainerList, HostPathSource, Mount, SharedProcesses, Volume};
use crate::base::{
    access::Access,
    field::{FieldPath, Violation, quote},
    host_path_type::HostPathType,
    json::{Json, JsonKind, Members, NoItems, Wanted},
    path::HostPath,
};

/// How many volumes or containers may bear one name. The API server refuses the second; until it does, each of them is
/// judged, for each mount that names it, and the time for that must be bounded.
const MOST_OF_ONE_NAME: usize = 16;

/// How many volumes, containers and mounts a pod may have in all: many times what a node could start, and few enough
/// to be judged in time.
const MOST_ITEMS: usize = 10_000;

/// What matters of a volume: whether it is a hostPath volume, and whether the kubelet writes its files.
const VOLUME: [&str; 6] = [
    "name",
    "hostPath",
    "configMap",
    "secret",
    "downwardAPI",
    "projected",
];
/// What matters of a hostPath volume's source.
const SOURCE: [&str; 2] = ["path", "type"];
/// What matters of a container.
const CONTAINER: [&str; 2] = ["name", "volumeMounts"];
/// What matters of a mount.
const MOUNT: [&str; 7] = [
    "name",
    "mountPath",
    "readOnly",
    "subPath",
    "subPathExpr",
    "mountPropagation",
    "recursiveReadOnly",
];

/// An item of a list, and what matters of it if it is an object.
type Item<'a, const N: usize> = (Json<'a>, Option<Wanted<'a, N>>);

/// Collects the faults; what is faulty is read as absent.
pub(super) struct Reader {
    /// What is wrong, in document order.
    pub(super) faults: Vec<Violation>,
    /// How many more items may be read; `None` after there were too many.
    left: Option<usize>,
}

/// Whether a volume has no source but those whose files the kubelet writes. (The API server refuses a second source.)
fn has_projections_only(at: FieldPath<'_>, volume: Json<'_>) -> bool {
    Members::read(at, volume).is_ok_and(|members| {
        members.iter().all(|(key, value)| {
            let is_known = |key: &str| key != "hostPath" && VOLUME.contains(&key);
            value.kind() == JsonKind::Null || key.as_str().is_some_and(|key| is_known(&key))
        })
    })
}

impl Reader {
    pub(super) const fn new() -> Self {
        Reader {
            faults: Vec::new(),
            left: Some(MOST_ITEMS),
        }
    }

    /// Refuses a name that too many volumes or containers have; `count` has them up to the one at `at`.
    pub(super) fn limit_one_name(&mut self, at: FieldPath<'_>, name: &str, count: usize) {
        if count == MOST_OF_ONE_NAME.saturating_add(1) {
            let detail = format!("is the name of more than {MOST_OF_ONE_NAME}");
            self.faults
                .push(Violation::invalid(at.name("name"), quote(name), detail));
        }
    }

    /// The volumes of `spec`, and their list.
    pub(super) fn volumes<'a>(
        &mut self,
        at: FieldPath<'_>,
        spec: &Members<'a>,
    ) -> (Option<Json<'a>>, Vec<Volume<'a>>) {
        let volumes_at = at.name("volumes");
        let list = self.value(at, spec, "volumes");
        let (list, items) = self.list(volumes_at, list, &VOLUME);
        let items = items.into_iter().enumerate();
        let volumes = items.map(|(index, item)| self.volume(volumes_at.index(index), item));
        (list, volumes.collect())
    }

    fn volume<'a>(&mut self, at: FieldPath<'_>, item: Item<'a, 6>) -> Volume<'a> {
        let raw = item.0;
        let [name, host_path, config_map, secret, downward_api, projected] = self.object(at, item);
        let host_path_at = at.name("hostPath");
        let name = self.text(at.name("name"), name).unwrap_or_default();
        let host_path = host_path.map(|raw| {
            let [path, host_path_type] = self.object(host_path_at, (raw, raw.wanted(&SOURCE)));
            let path_text = self.text(host_path_at.name("path"), path).unwrap_or_default();
            let type_text = self
                .text(host_path_at.name("type"), host_path_type)
                .unwrap_or_default();
            HostPathSource {
                path: HostPath::parse(&path_text),
                path_text,
                host_path_type: HostPathType::parse(&type_text),
                type_text,
            }
        });
        Volume {
            name,
            host_path,
            is_projection: config_map.or(secret).or(downward_api).or(projected).is_some()
                && has_projections_only(at, raw),
        }
    }

    /// The containers of one list.
    pub(super) fn containers<'a>(
        &mut self,
        at: FieldPath<'_>,
        spec: &Members<'a>,
        list: ContainerList,
    ) -> Vec<Container<'a>> {
        let list_at = at.name(list.key());
        let value = self.value(at, spec, list.key());
        let (_, items) = self.list(list_at, value, &CONTAINER);
        let items = items.into_iter().enumerate();
        items
            .map(|(index, item)| self.container(list_at.index(index), list, index, item))
            .collect()
    }

    /// One container.
    fn container<'a>(
        &mut self,
        at: FieldPath<'_>,
        list: ContainerList,
        index: usize,
        item: Item<'a, 2>,
    ) -> Container<'a> {
        let raw = item.0;
        let [name, mount_list] = self.object(at, item);
        let name = self.text(at.name("name"), name).unwrap_or_default();
        let mounts_at = at.name("volumeMounts");
        let (mount_list, mounts) = self.list(mounts_at, mount_list, &MOUNT);
        let mount_items = mounts.iter().map(|(raw, _)| *raw).collect();
        let mounts = mounts
            .into_iter()
            .enumerate()
            .map(|(index, mount)| self.mount(mounts_at.index(index), mount))
            .collect();
        Container {
            list,
            index,
            name,
            mounts,
            raw,
            mount_list,
            mount_items,
        }
    }

    fn mount<'a>(&mut self, at: FieldPath<'_>, item: Item<'a, 7>) -> Mount<'a> {
        let [
            name,
            path,
            read_only,
            sub_path,
            sub_path_expr,
            propagation,
            recursive,
        ] = self.object(at, item);
        let access = match read_only.map(|raw| (raw, raw.get())) {
            None | Some((_, "false")) => Access::Writable,
            Some((_, "true")) => Access::ReadOnly,
            Some((other, _)) => {
                self.wrong_kind(at.name("readOnly"), other, "must be true or false");
                Access::Writable
            }
        };
        let sub_paths = [
            self.text(at.name("subPath"), sub_path).unwrap_or_default(),
            self.text(at.name("subPathExpr"), sub_path_expr)
                .unwrap_or_default(),
        ];
        Mount {
            volume: self.text(at.name("name"), name).unwrap_or_default(),
            mount_path: self.text(at.name("mountPath"), path).unwrap_or_default(),
            access,
            sub_paths,
            propagation: self.text(at.name("mountPropagation"), propagation),
            recursive_read_only: self.text(at.name("recursiveReadOnly"), recursive),
            meets_request: false,
        }
    }

    /// What matters of the object at `at`.
    fn object<'a, const N: usize>(
        &mut self,
        at: FieldPath<'_>,
        (raw, wanted): Item<'a, N>,
    ) -> [Option<Json<'a>>; N] {
        match wanted {
            Some(wanted) => wanted.values(at, &mut self.faults),
            None => {
                self.wrong_kind(at, raw, "must be an object");
                [None; N]
            }
        }
    }

    /// The list at `at`, and its items. Absent means no list and no items.
    fn list<'a, const N: usize>(
        &mut self,
        at: FieldPath<'_>,
        list: Option<Json<'a>>,
        keys: &'static [&'static str; N],
    ) -> (Option<Json<'a>>, Vec<Item<'a, N>>) {
        let (Some(list), Some(left)) = (list, self.left) else {
            return (None, Vec::new());
        };
        match list.wanted_items(left, keys) {
            Ok(items) => {
                self.left = Some(left.saturating_sub(items.len()));
                return (Some(list), items);
            }
            Err(NoItems::NoList) => self.wrong_kind(at, list, "must be a list"),
            Err(NoItems::TooMany) => {
                self.left = None;
                let detail = format!("a pod may have at most {MOST_ITEMS} volumes, containers and mounts");
                self.wrong_kind(at, list, &detail);
            }
        }
        (None, Vec::new())
    }

    /// The text at `at`.
    fn text<'a>(&mut self, at: FieldPath<'_>, value: Option<Json<'a>>) -> Option<Cow<'a, str>> {
        value?.text(at).map_err(|fault| self.faults.push(fault)).ok()
    }

    /// By which members of `spec` containers may see each other's processes: those that are not `false`.
    pub(super) fn shared_processes(&mut self, at: FieldPath<'_>, spec: &Members<'_>) -> Vec<SharedProcesses> {
        let mut members = vec![SharedProcesses::Pod, SharedProcesses::Node];
        members.retain(|member| {
            let value = self.value(at, spec, member.key());
            value.is_some_and(|value| value.get() != "false")
        });
        members
    }

    /// The value at `key` of the object at `at`; `null` is absent.
    pub(super) fn value<'a>(
        &mut self,
        at: FieldPath<'_>,
        parent: &Members<'a>,
        key: &str,
    ) -> Option<Json<'a>> {
        parent.get(at, key).unwrap_or_else(|fault| {
            self.faults.push(fault);
            None
        })
    }

    fn wrong_kind(&mut self, at: FieldPath<'_>, raw: Json<'_>, detail: &str) {
        self.faults.push(Violation::invalid(at, raw.shown(), detail));
    }
}
