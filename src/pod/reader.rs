//! Reads a pod's JSON text.

use std::borrow::Cow;

use super::{Container, ContainerList, HostPathSource, Mount, Volume};
use crate::{
    base::{
        field::{Path, Violation},
        host_path_type::HostPathType,
        json::{Json, Kind, Members, NoItems},
        path::HostPath,
    },
    requests::annotation::Access,
};

/// How many volumes or containers may bear one name. The API server refuses the second; until it does, each of them is
/// judged, for each mount that names it, and the time for that must be bounded.
const MOST_BEARERS: usize = 16;

/// How many volumes, containers and mounts a pod may have in all: many times what a node could start, and few enough
/// to be judged in time.
const MOST_ITEMS: usize = 10_000;

/// An item of a list, and its members if it is an object.
pub(super) type Item<'a> = (Json<'a>, Option<Members<'a>>);

/// Collects the faults; what is faulty is read as absent.
pub(super) struct Reader {
    /// What is wrong, in document order.
    pub(super) faults: Vec<Violation>,
    /// How many more items may be read; `None` after there were too many.
    left: Option<usize>,
}

impl Reader {
    pub(super) const fn new() -> Self {
        Reader {
            faults: Vec::new(),
            left: Some(MOST_ITEMS),
        }
    }

    /// Refuses a name that too many volumes or containers bear; `bearers` counts them up to the one at `at`.
    pub(super) fn bearers(&mut self, at: Path<'_>, bearers: usize) {
        if bearers == MOST_BEARERS.saturating_add(1) {
            let detail = format!("stands more than {MOST_BEARERS} times");
            self.faults
                .push(Violation::invalid(at.name("name"), Kind::String.shown(), detail));
        }
    }

    /// One element of `spec.volumes`.
    pub(super) fn volume<'a>(&mut self, at: Path<'_>, item: Item<'a>) -> Volume<'a> {
        let volume = self.object(at, item);
        let name = self.text(at, volume.as_ref(), "name").unwrap_or_default();
        let host_path_at = at.name("hostPath");
        let host_path = self.value(at, volume.as_ref(), "hostPath").map(|raw| {
            let source = self.object(host_path_at, (raw, None));
            let path_text = self
                .text(host_path_at, source.as_ref(), "path")
                .unwrap_or_default();
            let type_text = self
                .text(host_path_at, source.as_ref(), "type")
                .unwrap_or_default();
            HostPathSource {
                path: HostPath::parse(&path_text),
                path_text,
                host_path_type: HostPathType::parse(&type_text),
                type_text,
            }
        });
        // A generic ephemeral volume is a claim that its pod brings along.
        let mut claims = ["persistentVolumeClaim", "ephemeral"].into_iter();
        let is_claim = claims.any(|key| self.value(at, volume.as_ref(), key).is_some());
        Volume {
            name,
            host_path,
            is_claim,
        }
    }

    /// The containers of one list.
    pub(super) fn containers<'a>(
        &mut self,
        at: Path<'_>,
        spec: &Members<'a>,
        list: ContainerList,
    ) -> Vec<Container<'a>> {
        let list_at = at.name(list.key());
        let (_, items) = self.list(at, Some(spec), list.key());
        let items = items.into_iter().enumerate();
        items
            .map(|(index, item)| self.container(list_at.index(index), list, index, item))
            .collect()
    }

    /// One container.
    fn container<'a>(
        &mut self,
        at: Path<'_>,
        list: ContainerList,
        index: usize,
        item: Item<'a>,
    ) -> Container<'a> {
        let raw = item.0;
        let container = self.object(at, item);
        let name = self.text(at, container.as_ref(), "name").unwrap_or_default();
        let mounts_at = at.name("volumeMounts");
        let (mount_list, mounts) = self.list(at, container.as_ref(), "volumeMounts");
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

    fn mount<'a>(&mut self, at: Path<'_>, item: Item<'a>) -> Mount<'a> {
        let mount = self.object(at, item);
        let mount = mount.as_ref();
        let access = match self.value(at, mount, "readOnly").map(|raw| (raw, raw.get())) {
            None | Some((_, "false")) => Access::Writable,
            Some((_, "true")) => Access::ReadOnly,
            Some((other, _)) => {
                self.wrong_kind(at.name("readOnly"), other, "must be true or false");
                Access::Writable
            }
        };
        let sub_paths = ["subPath", "subPathExpr"].map(|key| self.text(at, mount, key).unwrap_or_default());
        Mount {
            volume: self.text(at, mount, "name").unwrap_or_default(),
            mount_path: self.text(at, mount, "mountPath").unwrap_or_default(),
            access,
            sub_paths,
            propagation: self.text(at, mount, "mountPropagation"),
            recursive_read_only: self.text(at, mount, "recursiveReadOnly"),
        }
    }

    /// The object at `at`.
    fn object<'a>(&mut self, at: Path<'_>, (raw, members): Item<'a>) -> Option<Members<'a>> {
        members
            .map_or_else(|| Members::read(at, raw), Ok)
            .map_err(|fault| self.faults.push(fault))
            .ok()
    }

    /// The list at `key` of the object at `at`, and its items. Absent and `null` are no list and no items.
    pub(super) fn list<'a>(
        &mut self,
        at: Path<'_>,
        parent: Option<&Members<'a>>,
        key: &str,
    ) -> (Option<Json<'a>>, Vec<Item<'a>>) {
        let (Some(list), Some(left)) = (self.value(at, parent, key), self.left) else {
            return (None, Vec::new());
        };
        match list.objects(left) {
            Ok(items) => {
                self.left = Some(left.saturating_sub(items.len()));
                return (Some(list), items);
            }
            Err(NoItems::NoList) => self.wrong_kind(at.name(key), list, "must be a list"),
            Err(NoItems::TooMany) => {
                self.left = None;
                let detail = format!("a pod may have at most {MOST_ITEMS} volumes, containers and mounts");
                self.wrong_kind(at.name(key), list, &detail);
            }
        }
        (None, Vec::new())
    }

    /// The text at `key` of the object at `at`.
    fn text<'a>(&mut self, at: Path<'_>, parent: Option<&Members<'a>>, key: &str) -> Option<Cow<'a, str>> {
        let text = self.value(at, parent, key)?.text(at.name(key));
        text.map_err(|fault| self.faults.push(fault)).ok()
    }

    /// The value at `key` of the object at `at`; `null` is absent.
    fn value<'a>(&mut self, at: Path<'_>, parent: Option<&Members<'a>>, key: &str) -> Option<Json<'a>> {
        let value = parent?.get(at, key);
        value.unwrap_or_else(|fault| {
            self.faults.push(fault);
            None
        })
    }

    fn wrong_kind(&mut self, at: Path<'_>, raw: Json<'_>, detail: &str) {
        self.faults
            .push(Violation::invalid(at, raw.kind().shown(), detail));
    }
}
