//! Host paths that give the node away: mounting one is refused unless a rule names it.

use crate::path::HostPath;

/// Where `settings.sensitiveHostPaths` is not given: system directories, the state of Kubernetes and
/// of container runtimes, and runtime sockets under both spellings of `/run`.
pub static BUILT_IN: [HostPath; 72] = [
    HostPath::from_static("/bin"),
    HostPath::from_static("/boot"),
    HostPath::from_static("/dev"),
    HostPath::from_static("/etc"),
    HostPath::from_static("/home"),
    HostPath::from_static("/lib"),
    HostPath::from_static("/lib32"),
    HostPath::from_static("/lib64"),
    HostPath::from_static("/libx32"),
    HostPath::from_static("/proc"),
    HostPath::from_static("/root"),
    HostPath::from_static("/sbin"),
    HostPath::from_static("/sys"),
    HostPath::from_static("/usr"),
    HostPath::from_static("/run"),
    HostPath::from_static("/var/run"),
    HostPath::from_static("/var/log"),
    HostPath::from_static("/var/spool/cron"),
    HostPath::from_static("/var/lib/cni"),
    HostPath::from_static("/var/lib/cloud"),
    HostPath::from_static("/var/lib/containerd"),
    HostPath::from_static("/var/lib/containers"),
    HostPath::from_static("/var/lib/docker"),
    HostPath::from_static("/var/lib/etcd"),
    HostPath::from_static("/var/lib/k0s"),
    HostPath::from_static("/var/lib/kubelet"),
    HostPath::from_static("/var/lib/kube-controller-manager"),
    HostPath::from_static("/var/lib/kube-scheduler"),
    HostPath::from_static("/var/lib/kubevirt-node-labeller"),
    HostPath::from_static("/var/lib/rancher"),
    HostPath::from_static("/var/lib/systemd"),
    HostPath::from_static("/var/home"),
    HostPath::from_static("/var/roothome"),
    HostPath::from_static("/var/usrlocal"),
    HostPath::from_static("/var/opt/cni"),
    HostPath::from_static("/var/snap"),
    HostPath::from_static("/opt/cni"),
    HostPath::from_static("/srv/kubernetes"),
    HostPath::from_static("/system"),
    HostPath::from_static("/oem"),
    HostPath::from_static("/snap"),
    HostPath::from_static("/ostree"),
    HostPath::from_static("/sysroot"),
    HostPath::from_static("/.snapshots"),
    HostPath::from_static("/run/containerd"),
    HostPath::from_static("/run/cri-dockerd.sock"),
    HostPath::from_static("/run/crio"),
    HostPath::from_static("/run/dbus"),
    HostPath::from_static("/run/docker"),
    HostPath::from_static("/run/docker.sock"),
    HostPath::from_static("/run/k3s"),
    HostPath::from_static("/run/kubevirt"),
    HostPath::from_static("/run/kubevirt-libvirt-runtimes"),
    HostPath::from_static("/run/kubevirt-private"),
    HostPath::from_static("/run/libvirt"),
    HostPath::from_static("/run/podman"),
    HostPath::from_static("/run/secrets"),
    HostPath::from_static("/run/systemd"),
    HostPath::from_static("/var/run/containerd"),
    HostPath::from_static("/var/run/cri-dockerd.sock"),
    HostPath::from_static("/var/run/crio"),
    HostPath::from_static("/var/run/dbus"),
    HostPath::from_static("/var/run/docker"),
    HostPath::from_static("/var/run/docker.sock"),
    HostPath::from_static("/var/run/k3s"),
    HostPath::from_static("/var/run/kubevirt"),
    HostPath::from_static("/var/run/kubevirt-libvirt-runtimes"),
    HostPath::from_static("/var/run/kubevirt-private"),
    HostPath::from_static("/var/run/libvirt"),
    HostPath::from_static("/var/run/podman"),
    HostPath::from_static("/var/run/secrets"),
    HostPath::from_static("/var/run/systemd"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_path_is_clean() {
        for path in &BUILT_IN {
            assert_eq!(HostPath::parse(path.as_str()).as_ref(), Ok(path));
        }
    }

    #[test]
    fn no_path_stands_twice() {
        let unique: std::collections::BTreeSet<&HostPath> = BUILT_IN.iter().collect();
        assert_eq!(unique.len(), BUILT_IN.len());
    }

    #[test]
    fn run_is_known_under_both_names() {
        for path in &BUILT_IN {
            if let Some(rest) = path.as_str().strip_prefix("/run") {
                let alias = HostPath::parse(&format!("/var/run{rest}")).unwrap();
                assert!(BUILT_IN.contains(&alias), "{alias}");
            }
        }
    }
}
