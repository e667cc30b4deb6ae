//! The settings, and when they are refused.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    aliases,
    conflicts::consistent,
    members::{MOST, boolean, object, texts},
    namespaces::{self, Asker},
    node_labels::node_labels,
    path,
    places::{self, is_hook_sidecar},
    rule::{COMPUTE, PLACEHOLDER, Rule},
};

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

/// The keys of the settings.
pub const KEYS: [&str; 8] = [
    "allowedHostPaths",
    "allowedTypes",
    "sensitiveHostPaths",
    "additionalSensitiveHostPaths",
    "requestContainers",
    "recursiveReadOnly",
    "trustedCreators",
    "verifyOnly",
];
/// The keys of a rule.
pub const RULE_KEYS: [&str; 10] = [
    "path",
    "pathPrefix",
    "types",
    "readOnly",
    "allowSharedCompute",
    "namespaces",
    "containers",
    "requestable",
    "nodeSelector",
    "description",
];

/// Where `sensitiveHostPaths` is not given. `RUNTIME` is below `/run`.
const SENSITIVE: &str = "/bin /boot /dev /etc /home /lib /lib32 /lib64 /libx32 /proc /root /sbin /sys /usr /run /var/run /var/log \
    /var/spool/cron /var/lib/cni /var/lib/cloud /var/lib/containerd /var/lib/containers /var/lib/docker \
    /var/lib/etcd /var/lib/k0s /var/lib/kubelet /var/lib/kube-controller-manager /var/lib/kube-scheduler \
    /var/lib/kubevirt-node-labeller /var/lib/rancher /var/lib/systemd /var/home /var/roothome /var/usrlocal \
    /var/opt/cni /var/snap /opt/cni /srv/kubernetes /system /oem /snap /ostree /sysroot /.snapshots /local \
    /.bottlerocket /mnt/stateful_partition /var/system /var/lib/overlay /var/mail /kind /efi \
    /var/lib/kubernetes /var/lib/kube-proxy /var/lib/minikube /var/lib/microshift /opt/rke /var/etcd \
    /var/vcap /var/lib/waagent /var/lib/amazon /var/lib/bottlerocket /var/lib/snapd /var/lib/private \
    /var/lib/NetworkManager /var/lib/sss /var/lib/libvirt /var/backups /var/crash /var/hpvolumes \
    /var/lib/csi-hostpath-data /opt/local-path-provisioner /var/local-path-provisioner /var/openebs \
    /mnt/disks /mnt/local-storage /var/lib/longhorn /var/lib/harvester /var/lib/rook /var/lib/ceph \
    /var/lib/linstor.d /var/lib/osd /opt/pwx /var/lib/directpv /var/lib/linstor-pools \
    /var/mnt/local-path-provisioner /var/local/openebs /var/lib/csi-local-hostpath /mnt/fast-disks \
    /var/myvolumes /mnt/k8s-disks /mnt/aks /mnt/paas /var/data /var/lib/container /var/lib/etcd-auto-backup \
    /var/lib/ovn-ic /var/lib/gardener-node-agent /var/lib/valitail /var/lib/kube-router /var/lib/incus \
    /var/lib/shim-signed /var/lib/dkms /var/lib/iscsi /var/lib/spire /var/lib/tailscale /var/adm /writable \
    /tmp /var/tmp /opt/containerd /data/rke /var/lib/crio /var/lib/lxd /var/lib/calico /var/lib/nfs";
const RUNTIME: &str = "api.sock buildkit ceph cloud-init containerd containers credentials cri-dockerd.sock crio crun dbus docker \
    docker.sock dockershim.sock host-containerd isulad.sock k0s k3s kubevirt kubevirt-libvirt-runtimes \
    kubevirt-private libvirt lxd.socket netns nri openvswitch podman runc secrets snapd.socket spire systemd \
    user";

/// How many rules there may be.
const MOST_RULES: usize = 256;

/// Directories of which no list can name all that is below.
const WIDE: &str = "/ /var /var/lib /mnt /media";

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
    /// `requestContainers`.
    pub request_containers: BTreeMap<String, Vec<String>>,
    /// `verifyOnly`.
    pub verify_only: bool,
    /// Who asks under these settings.
    pub asker: Asker,
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

/// The settings that `value` holds, for the one who sent `request`; `None` where they must be refused.
#[must_use]
pub fn of(request: &Value, value: &Value) -> Option<Settings> {
    let asker = namespaces::asker(request);
    read(value).map(|settings| Settings { asker, ..settings })
}

/// The settings that `value` holds, for one who is in no namespace; `None` where they must be refused.
#[must_use]
pub fn read(value: &Value) -> Option<Settings> {
    let map = object(value, &KEYS)?;
    let allowed = match map.get("allowedTypes") {
        None => vec!["Directory".to_owned(), "File".to_owned()],
        Some(value) => types(value)?,
    };
    let rules: Vec<Rule> = map
        .get("allowedHostPaths")?
        .as_array()
        .filter(|rules| rules.len() <= MOST_RULES)?
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
    let request_containers = match map.get("requestContainers") {
        None => BTreeMap::new(),
        Some(value) => directories(value)?,
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
        && !creators.is_empty()
        && !creators.contains(&String::new())
        && consistent(&rules, &sensitive);
    usable.then_some(Settings {
        rules,
        sensitive,
        recursive: recursive.to_owned(),
        creators,
        request_containers,
        verify_only: boolean(map, "verifyOnly", false)?,
        asker: Asker::Nowhere,
    })
}

fn rule(value: &Value, allowed: &[String]) -> Option<Rule> {
    let map = object(value, &RULE_KEYS)?;
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
    let path = path::on_node(value.as_str()?)?;
    let mut with_braces = path.iter().filter(|element| element.contains(['{', '}']));
    let at_most_one =
        with_braces.next().is_none_or(|element| element == PLACEHOLDER) && with_braces.next().is_none();
    let namespaces = match map.get("namespaces") {
        None => None,
        Some(value) => Some(labels(value)?),
    };
    let shared = boolean(map, "allowSharedCompute", false)?;
    let containers = match map.get("containers") {
        None => None,
        Some(value) => {
            let mut names = labels(value).filter(|names| !names.iter().any(|name| is_hook_sidecar(name)))?;
            if shared && !names.iter().any(|name| name == COMPUTE) {
                names.push(COMPUTE.to_owned());
            }
            Some(names)
        }
    };
    let requestable = boolean(map, "requestable", true)?;
    let nodes = match map.get("nodeSelector") {
        None => BTreeMap::new(),
        Some(value) => node_labels(value)?,
    };
    let is_described = match map.get("description") {
        None => true,
        Some(value) => {
            let text = value.as_str()?;
            text.len() <= 256 && !text.contains(char::is_control)
        }
    };
    let usable = usable
        && is_described
        && !ends_in_white_space_above_placeholder(&path)
        && (requestable || nodes.is_empty())
        && !is_wide(&path);
    (usable && at_most_one).then_some(Rule {
        path,
        namespaces,
        containers,
        requestable,
        exact,
        writable,
        types,
        shared,
        nodes,
    })
}

/// Whether what is above the placeholder is no path that a rule could name by itself.
fn ends_in_white_space_above_placeholder(path: &[String]) -> bool {
    let above = path.iter().take_while(|element| *element != PLACEHOLDER);
    path.iter().any(|element| element == PLACEHOLDER)
        && above
            .last()
            .is_some_and(|element| element.ends_with(char::is_whitespace))
}

/// Whether a path is, under any name, a directory of which no list can name all that is below.
fn is_wide(path: &[String]) -> bool {
    let built_in = SENSITIVE.split_whitespace().map(path::elements);
    let wide = WIDE.split(' ').map(path::elements);
    let mut wide = wide.chain(built_in.filter(|path| path.len() == 1));
    wide.any(|wide| aliases::names(path).contains(&wide))
}

/// Directories by the names of containers.
fn directories(value: &Value) -> Option<BTreeMap<String, Vec<String>>> {
    let map = value.as_object().filter(|map| map.len() <= MOST)?;
    let directory = |(name, value): (&String, &Value)| {
        let path = path::in_container(value.as_str()?)?;
        let usable = namespaces::is_label(name)
            && !is_hook_sidecar(name)
            && name != COMPUTE
            && places::free_in_compute(&path);
        usable.then(|| (name.clone(), path))
    };
    map.iter().map(directory).collect()
}

/// A list of names of namespaces or containers, none twice.
fn labels(value: &Value) -> Option<Vec<String>> {
    let labels = texts(value)?;
    let once = labels
        .iter()
        .enumerate()
        .all(|(index, label)| !labels[..index].contains(label));
    let usable = labels.iter().all(|label| namespaces::is_label(label));
    (!labels.is_empty() && once && usable).then_some(labels)
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
