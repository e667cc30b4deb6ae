//! The fast path: requests that need no verdict, recognised in one pass over the payload and without building anything.
//!
//! A policy server asks about every pod; few are launcher pods, and few of those have host paths. This module knows
//! what such a request looks like when nothing about it is unusual. Whatever looks different in any way, a member of
//! another kind, a key that stands twice, an escape in a text that must be compared, is left to [`crate::decision`]:
//! no request is rejected here, and none is accepted that would be rejected there.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

use crate::{
    decision::{Business, business},
    request::Operation,
    settings::Settings,
};

/// Whether the request is accepted untouched, for certain. `false` says nothing.
pub(crate) fn needs_no_verdict(payload: &[u8]) -> bool {
    needs_none(payload).is_some()
}

fn needs_none(payload: &[u8]) -> Option<()> {
    let Payload { request, settings } = serde_json::from_str(std::str::from_utf8(payload).ok()?).ok()?;
    let operation = Operation::parse(request.operation)?;
    let sub_resource = request.sub_resource.filter(|name| !name.is_empty());
    let group = request.kind.group.unwrap_or_default();
    let kind = Some(request.kind.kind).filter(|kind| !kind.is_empty())?;
    match business(group, kind, operation, sub_resource) {
        Business::None => Some(()),
        Business::NewPod => {
            let pod = request.object?;
            if !pod.is_launcher() {
                return Some(());
            }
            let has_no_host_path = !pod.spec?.volumes.is_some_and(|volumes| volumes.any_host_path);
            // Bad settings reject every launcher pod.
            (has_no_host_path && Settings::of_request(settings).is_ok()).then_some(())
        }
        Business::EphemeralContainers | Business::KubeVirtObject(_) => None,
    }
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    request: Request<'a>,
    #[serde(borrow)]
    settings: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    kind: GroupKind<'a>,
    operation: &'a str,
    sub_resource: Option<&'a str>,
    #[serde(rename = "userInfo")]
    _user_info: Option<UserInfo<'a>>,
    #[serde(rename = "uid")]
    _uid: Option<&'a str>,
    #[serde(rename = "namespace")]
    _namespace: Option<&'a str>,
    object: Option<Pod<'a>>,
    #[serde(rename = "oldObject")]
    _old_object: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct GroupKind<'a> {
    group: Option<&'a str>,
    kind: &'a str,
}

#[derive(Deserialize)]
struct UserInfo<'a> {
    #[serde(rename = "username")]
    _username: Option<&'a str>,
}

/// Fits objects of other kinds too, as a rule.
#[derive(Deserialize)]
struct Pod<'a> {
    #[serde(borrow)]
    metadata: Option<Metadata<'a>>,
    #[serde(borrow)]
    spec: Option<Spec<'a>>,
}

impl Pod<'_> {
    /// As [`crate::label::is_launcher`].
    fn is_launcher(&self) -> bool {
        let labels = self
            .metadata
            .as_ref()
            .and_then(|metadata| metadata.labels.as_ref());
        labels.and_then(|labels| labels.kubevirt) == Some("virt-launcher")
    }
}

#[derive(Deserialize)]
struct Metadata<'a> {
    #[serde(borrow)]
    labels: Option<Labels<'a>>,
    #[serde(rename = "annotations")]
    _annotations: Option<Annotations>,
}

#[derive(Deserialize)]
struct Labels<'a> {
    #[serde(rename = "kubevirt.io")]
    kubevirt: Option<&'a str>,
}

#[derive(Deserialize)]
struct Annotations {
    #[serde(rename = "hooks.kubevirt.io/hookSidecars", default)]
    _hook_sidecars: Absent,
}

/// Ends the pass at once where it stands: then a verdict is needed.
#[derive(Default)]
struct Absent;

impl<'de> Deserialize<'de> for Absent {
    fn deserialize<D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(D::Error::custom(""))
    }
}

/// What [`crate::pod`] reads, each member of the kind that it must have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spec<'a> {
    volumes: Option<Volumes>,
    #[serde(borrow, rename = "containers")]
    _containers: Option<Each<Container<'a>>>,
    #[serde(borrow, rename = "initContainers")]
    _init_containers: Option<Each<Container<'a>>>,
}

struct Volumes {
    any_host_path: bool,
}

impl<'de> Deserialize<'de> for Volumes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut any_host_path = false;
        each(deserializer, |volume: Volume<'_>| {
            any_host_path |= volume.host_path.is_some()
        })?;
        Ok(Volumes { any_host_path })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Volume<'a> {
    #[serde(rename = "name")]
    _name: Option<&'a str>,
    host_path: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Container<'a> {
    #[serde(rename = "name")]
    _name: Option<&'a str>,
    #[serde(borrow, rename = "volumeMounts")]
    _volume_mounts: Option<Each<Mount<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Mount<'a> {
    #[serde(rename = "name")]
    _name: Option<&'a str>,
    #[serde(rename = "mountPath")]
    _mount_path: Option<&'a str>,
    #[serde(rename = "subPath")]
    _sub_path: Option<&'a str>,
    #[serde(rename = "subPathExpr")]
    _sub_path_expr: Option<&'a str>,
    #[serde(rename = "mountPropagation")]
    _mount_propagation: Option<&'a str>,
    #[serde(rename = "recursiveReadOnly")]
    _recursive_read_only: Option<&'a str>,
    #[serde(rename = "readOnly")]
    _read_only: Option<bool>,
}

/// A list of which each item fits `T`, and nothing is kept.
struct Each<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Each<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        each(deserializer, |_: T| ())?;
        Ok(Each(PhantomData))
    }
}

/// Hands each item of a list to `look`.
fn each<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
    look: impl FnMut(T),
) -> Result<(), D::Error> {
    struct Items<T, F>(F, PhantomData<T>);
    impl<'de, T: Deserialize<'de>, F: FnMut(T)> Visitor<'de> for Items<T, F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
            while let Some(item) = seq.next_element()? {
                (self.0)(item);
            }
            Ok(())
        }
    }
    deserializer.deserialize_seq(Items(look, PhantomData))
}
