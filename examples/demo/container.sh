#!/usr/bin/env bash
# container.sh POD CONTAINER COMMAND…: runs the command as that container of the pod would run it.
#
# The container's root holds its image and exactly the mounts that the pod (a JSON file) gives the container; its user
# is the pod's, without capabilities. No root is needed, only user and mount namespaces.
#
# Environment:
#   NODE    the directory that plays the node's file system: where hostPath volumes come from
#   CLAIMS  that holds the PersistentVolumeClaims, each a directory
#   POD_DIR that holds the pod's emptyDir volumes
#   IMAGE   that holds the files of the image below /usr; the rest of it is this machine's /usr
set -euo pipefail

pod=$1 container=$2
shift 2

if [ "${INSIDE:-}" != yes ]; then
  INSIDE=yes exec unshare --map-root-user --mount --propagation private "$0" "$pod" "$container" "$@"
fi

# As root of a user namespace, in its own mount namespace.
root=$POD_DIR/root
mkdir -p "$root"
mount -t tmpfs tmpfs "$root"
mkdir -p "$root/usr" "$root/etc" "$root/dev"
(cd "$IMAGE" && mount -t overlay overlay -o lowerdir=usr:/usr "$root/usr")
for link in bin sbin lib lib32 lib64 libx32; do
  if [ -L "/$link" ]; then cp -P "/$link" "$root/"; fi
done
cp /etc/ld.so.cache "$root/etc/"
touch "$root/dev/null"
mount --bind /dev/null "$root/dev/null"
for file in "$IMAGE"/*; do
  if [ -f "$file" ]; then cp "$file" "$root/"; fi
done

# source VOLUME: the directory that the volume is.
source_of() {
  jq -er --arg name "$1" --arg node "$NODE" --arg claims "$CLAIMS" --arg pod "$POD_DIR" '
    .spec.volumes[] | select(.name == $name)
    | if .hostPath then $node + .hostPath.path
      elif .persistentVolumeClaim then "\($claims)/\(.persistentVolumeClaim.claimName)"
      elif .emptyDir then "\($pod)/\($name)"
      else error("volume \($name) is of a kind that the demo does not have") end' "$pod"
}

# From the root downwards, as a container runtime does: some are in others.
mounts=$(jq -r --arg name "$container" '
  .spec.containers[] | select(.name == $name) | .volumeMounts | sort_by(.mountPath)[]
  | [.mountPath, .name, .subPath // ".", .readOnly // false] | @tsv' "$pod")
while IFS=$'\t' read -r path volume sub_path read_only; do
  source=$(source_of "$volume")
  case $source in
    "$NODE"/*) ;; # Of type Directory: it must be there.
    *) mkdir -p "$source/$sub_path" ;;
  esac
  mkdir -p "$root$path"
  mount --bind "$source/$sub_path" "$root$path"
  if [ "$read_only" = true ]; then
    # A namespace may not take nosuid and nodev from a file system that has them; giving them is always allowed.
    mount -o remount,bind,ro,nosuid,nodev "$root$path"
  fi
done <<<"$mounts"

user=$(jq -er '.spec.securityContext.runAsUser' "$pod")
group=$(jq -er '.spec.securityContext.runAsGroup' "$pod")
# In a user namespace below: what was mounted above can be changed from there no more.
exec unshare --user --map-user="$user" --map-group="$group" --root="$root" --wd=/ \
  /usr/bin/env -i PATH=/usr/bin:/bin LC_ALL=C "$@"
