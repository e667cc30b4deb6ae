//! Host paths that give the node away: mounting one is refused unless a rule names it.

use crate::base::path::HostPath;

/// Where `settings.sensitiveHostPaths` is not given: system directories, the state of Kubernetes and of container
/// runtimes, their sockets, and directories in which tenants can plant a symbolic link. A path counts under all its
/// names, so that most are listed under one only.
pub static BUILT_IN: [HostPath; 124] = [
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
    // Nodes of other makes.
    HostPath::from_static("/local"),
    HostPath::from_static("/.bottlerocket"),
    HostPath::from_static("/mnt/stateful_partition"),
    HostPath::from_static("/var/system"),
    HostPath::from_static("/var/lib/overlay"),
    HostPath::from_static("/var/mail"),
    HostPath::from_static("/kind"),
    HostPath::from_static("/efi"),
    // Keys and state.
    HostPath::from_static("/var/lib/kubernetes"),
    HostPath::from_static("/var/lib/kube-proxy"),
    HostPath::from_static("/var/lib/minikube"),
    HostPath::from_static("/var/lib/microshift"),
    HostPath::from_static("/opt/rke"),
    HostPath::from_static("/var/etcd"),
    HostPath::from_static("/var/vcap"),
    HostPath::from_static("/var/lib/waagent"),
    HostPath::from_static("/var/lib/amazon"),
    HostPath::from_static("/var/lib/bottlerocket"),
    HostPath::from_static("/var/lib/snapd"),
    HostPath::from_static("/var/lib/private"),
    HostPath::from_static("/var/lib/NetworkManager"),
    HostPath::from_static("/var/lib/sss"),
    HostPath::from_static("/var/lib/libvirt"),
    HostPath::from_static("/var/backups"),
    HostPath::from_static("/var/crash"),
    // Directories that tenants write through their claims: a symbolic link can be planted there.
    HostPath::from_static("/var/hpvolumes"),
    HostPath::from_static("/var/lib/csi-hostpath-data"),
    HostPath::from_static("/opt/local-path-provisioner"),
    HostPath::from_static("/var/local-path-provisioner"),
    HostPath::from_static("/var/openebs"),
    HostPath::from_static("/mnt/disks"),
    HostPath::from_static("/mnt/local-storage"),
    HostPath::from_static("/var/lib/longhorn"),
    HostPath::from_static("/var/lib/harvester"),
    HostPath::from_static("/var/lib/rook"),
    HostPath::from_static("/var/lib/ceph"),
    HostPath::from_static("/var/lib/linstor.d"),
    HostPath::from_static("/var/lib/osd"),
    HostPath::from_static("/opt/pwx"),
    // What everybody writes, and more state.
    HostPath::from_static("/tmp"),
    HostPath::from_static("/var/tmp"),
    HostPath::from_static("/opt/containerd"),
    HostPath::from_static("/data/rke"),
    HostPath::from_static("/var/lib/crio"),
    HostPath::from_static("/var/lib/lxd"),
    HostPath::from_static("/var/lib/calico"),
    HostPath::from_static("/var/lib/nfs"),
    // Sockets and state below `/run`.
    HostPath::from_static("/run/api.sock"),
    HostPath::from_static("/run/buildkit"),
    HostPath::from_static("/run/ceph"),
    HostPath::from_static("/run/cloud-init"),
    HostPath::from_static("/run/containerd"),
    HostPath::from_static("/run/containers"),
    HostPath::from_static("/run/credentials"),
    HostPath::from_static("/run/cri-dockerd.sock"),
    HostPath::from_static("/run/crio"),
    HostPath::from_static("/run/crun"),
    HostPath::from_static("/run/dbus"),
    HostPath::from_static("/run/docker"),
    HostPath::from_static("/run/docker.sock"),
    HostPath::from_static("/run/dockershim.sock"),
    HostPath::from_static("/run/host-containerd"),
    HostPath::from_static("/run/isulad.sock"),
    HostPath::from_static("/run/k0s"),
    HostPath::from_static("/run/k3s"),
    HostPath::from_static("/run/kubevirt"),
    HostPath::from_static("/run/kubevirt-libvirt-runtimes"),
    HostPath::from_static("/run/kubevirt-private"),
    HostPath::from_static("/run/libvirt"),
    HostPath::from_static("/run/lxd.socket"),
    HostPath::from_static("/run/netns"),
    HostPath::from_static("/run/nri"),
    HostPath::from_static("/run/openvswitch"),
    HostPath::from_static("/run/podman"),
    HostPath::from_static("/run/runc"),
    HostPath::from_static("/run/secrets"),
    HostPath::from_static("/run/snapd.socket"),
    HostPath::from_static("/run/spire"),
    HostPath::from_static("/run/systemd"),
    HostPath::from_static("/run/user"),
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
    fn no_path_is_duplicated() {
        let unique: std::collections::BTreeSet<&HostPath> = BUILT_IN.iter().collect();
        assert_eq!(unique.len(), BUILT_IN.len());
    }
}
