//! The settings, and when they are refused.

use serde_json::{Map, Value};

use crate::{aliases, path};

/// The types of hostPath volumes; `""` is a volume without type.
pub const TYPES: [&str; 8] = [
    "",
    "Directory",
    "DirectoryOrCreate",
    "File",
    "FileOrCreate",
    "Socket",
    "CharDevice",
    "BlockDevice",
];

/// Where `sensitiveHostPaths` is not given. `RUNTIME` stands below `/run`.
const SENSITIVE: &str = "/bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /proc /root /sbin /sys /usr /run /var/run /var/log \
    /var/spool/cron /var/lib/cni /var/lib/cloud /var/lib/containerd /var/lib/containers /var/lib/docker \
    /var/lib/etcd /var/lib/k0s /var/lib/kubelet /var/lib/kube-controller-manager /var/lib/kube-scheduler \
    /var/lib/kubevirt-node-labeller /var/lib/rancher /var/lib/systemd /var/home /var/roothome /var/usrlocal \
    /var/opt/cni /var/snap /opt/cni /srv/kubernetes /system /oem /snap /ostree /sysroot /.snapshots /local \
    /.bottlerocket /mnt/stateful_partition /var/system /var/lib/overlay /var/mail /kind /efi /var/lib/kubernetes \
    /var/lib/kube-proxy /var/lib/minikube /var/lib/microshift /opt/rke /var/etcd /var/vcap /var/lib/waagent \
    /var/lib/amazon /var/lib/bottlerocket /var/lib/snapd /var/lib/private /var/lib/NetworkManager /var/lib/sss \
    /var/lib/libvirt /var/backups /var/crash /var/hpvolumes /var/lib/csi-hostpath-data \
    /opt/local-path-provisioner /var/local-path-provisioner /var/openebs /mnt/disks /mnt/local-storage \
    /var/lib/longhorn /var/lib/harvester /var/lib/rook /var/lib/ceph /var/lib/linstor.d /var/lib/osd /opt/pwx \
    /tmp /var/tmp /opt/containerd /data/rke /var/lib/crio /var/lib/lxd /var/lib/calico /var/lib/nfs";
const RUNTIME: &str = "api.sock buildkit ceph cloud-init containerd containers credentials cri-dockerd.sock crio crun dbus docker \
    docker.sock dockershim.sock host-containerd isulad.sock k0s k3s kubevirt kubevirt-libvirt-runtimes \
    kubevirt-private libvirt lxd.socket netns nri openvswitch podman runc secrets snapd.socket spire systemd \
    user";

/// How many items a list may have.
const MOST: usize = 1000;

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its path.
    pub path: Vec<String>,
    /// Whether it is meant for this path alone.
    pub exact: bool,
    /// Whether a mount may be writable.
    pub writable: bool,
    /// The types that a volume may have.
    pub types: Vec<String>,
    /// Whether container `compute` may see it too.
    pub shared: bool,
}

/// Settings that are not refused.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `allowedHostPaths`.
    pub rules: Vec<Rule>,
    /// `sensitiveHostPaths` and `additionalSensitiveHostPaths`.
    pub sensitive: Vec<Vec<String>>,
    /// `recursiveReadOnly`.
    pub recursive: String,
    /// `trustedCreators`.
    pub creators: Vec<String>,
    /// Whether `guard` is `AllContainers`.
    pub all_containers: bool,
    /// `verifyOnly`.
    pub verify_only: bool,
}

/// The built-in list of sensitive paths.
#[must_use]
pub fn sensitive() -> Vec<String> {
    let run = RUNTIME.split_whitespace().map(|name| format!("/run/{name}"));
    SENSITIVE
        .split_whitespace()
        .map(str::to_owned)
        .chain(run)
        .collect()
}

/// The settings that `value` holds; `None` where they must be refused.
#[must_use]
pub fn read(value: &Value) -> Option<Settings> {
    let map = object(
        value,
        "allowedHostPaths allowedTypes sensitiveHostPaths additionalSensitiveHostPaths guard recursiveReadOnly \
         trustedCreators verifyOnly",
    )?;
    let allowed = match map.get("allowedTypes") {
        None => vec!["Directory".to_owned(), "File".to_owned()],
        Some(value) => types(value)?,
    };
    let rules: Vec<Rule> = map
        .get("allowedHostPaths")?
        .as_array()
        .filter(|rules| rules.len() <= MOST)?
        .iter()
        .map(|value| rule(value, &allowed))
        .collect::<Option<_>>()?;
    let mut sensitive = match map.get("sensitiveHostPaths") {
        None => sensitive(),
        Some(value) => texts(value)?,
    };
    if let Some(value) = map.get("additionalSensitiveHostPaths") {
        sensitive.extend(texts(value)?);
    }
    let sensitive: Vec<_> = sensitive
        .iter()
        .map(|text| path::on_node(text).filter(|path| !path.is_empty()))
        .collect::<Option<_>>()?;
    let guard = match map.get("guard") {
        None => "Sidecars",
        Some(value) => value.as_str()?,
    };
    let recursive = match map.get("recursiveReadOnly") {
        None => "IfPossible",
        Some(value) => value.as_str()?,
    };
    let creators = match map.get("trustedCreators") {
        None => vec!["system:serviceaccount:kubevirt:kubevirt-controller".to_owned()],
        Some(value) => texts(value)?,
    };
    let usable = ["Disabled", "IfPossible", "Enabled"].contains(&recursive)
        && ["Sidecars", "AllContainers"].contains(&guard)
        && !creators.is_empty()
        && !creators.contains(&String::new())
        && consistent(&rules, &sensitive);
    usable.then_some(Settings {
        rules,
        sensitive,
        recursive: recursive.to_owned(),
        creators,
        all_containers: guard == "AllContainers",
        verify_only: boolean(map, "verifyOnly", false)?,
    })
}

fn rule(value: &Value, allowed: &[String]) -> Option<Rule> {
    let map = object(value, "path pathPrefix types readOnly allowSharedCompute")?;
    let (exact, value) = match (map.get("path"), map.get("pathPrefix")) {
        (Some(path), None) => (true, path),
        (None, Some(prefix)) => (false, prefix),
        _ => return None,
    };
    let types = match map.get("types") {
        None => allowed.to_vec(),
        Some(value) => types(value)?,
    };
    let writable = !boolean(map, "readOnly", true)?;
    let usable = types.iter().all(|t| allowed.contains(t)) && (exact || !writable);
    usable.then_some(Rule {
        path: path::on_node(value.as_str()?)?,
        exact,
        writable,
        types,
        shared: boolean(map, "allowSharedCompute", false)?,
    })
}

/// What no rule shows by itself.
fn consistent(rules: &[Rule], sensitive: &[Vec<String>]) -> bool {
    rules.iter().enumerate().all(|(index, rule)| {
        let twice = |other: &Rule| other.path == rule.path && other.exact == rule.exact;
        let escape = |other: &Rule| other.writable && aliases::is_strictly_in(&rule.path, &other.path);
        let never = |sensitive: &Vec<String>| rule.exact && aliases::is_strictly_in(sensitive, &rule.path);
        !rules[..index].iter().any(twice) && !rules.iter().any(escape) && !sensitive.iter().any(never)
    })
}

fn types(value: &Value) -> Option<Vec<String>> {
    let types = texts(value)?;
    let known = types.iter().all(|t| TYPES.contains(&t.as_str()));
    let once = types
        .iter()
        .enumerate()
        .all(|(index, t)| !types[..index].contains(t));
    (!types.is_empty() && known && once).then_some(types)
}

fn texts(value: &Value) -> Option<Vec<String>> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let list = value.as_array().filter(|list| list.len() <= MOST)?;
    list.iter().map(text).collect()
}

fn boolean(map: &Map<String, Value>, key: &str, default: bool) -> Option<bool> {
    map.get(key).map_or(Some(default), Value::as_bool)
}

/// An object that has no other keys than these.
fn object<'v>(value: &'v Value, keys: &str) -> Option<&'v Map<String, Value>> {
    let known = |key: &String| keys.split(' ').any(|known| known == key);
    value.as_object().filter(|map| map.keys().all(known))
}
