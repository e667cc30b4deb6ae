#!/bin/sh
# The command of the hook sidecar: puts a copy-on-write overlay over a disk image that is on the node, then becomes
# KubeVirt's shim, which serves onDefineDomain. Without that last step virt-launcher waits for the sidecar and gives up.
#
# It runs at every start of the VM and on the target of a migration: an overlay that is there is kept, with all that
# the guest has written. It is never replaced.
#
# Arguments: those of the shim. Environment, with defaults:
#   COW_BACKING_FILE    the image, at a path where container `compute` sees it too
#   COW_BACKING_FORMAT  qcow2 or raw. Never guessed: what a guest writes into a raw image can look like a qcow2 header
#   COW_OVERLAY         the overlay, at a path where `compute` sees it too
#   COW_DISK            the disk of the VM that onDefineDomain points at the overlay
#   SIDECAR_SHIM        the shim
set -eu
export LC_ALL=C

: "${COW_BACKING_FILE:=/host-images/backing-image.qcow2}"
: "${COW_BACKING_FORMAT:=qcow2}"
: "${COW_OVERLAY:=/output/overlay.qcow2}"
: "${COW_DISK:=root}"
: "${SIDECAR_SHIM:=/sidecar-shim}"
export COW_OVERLAY COW_DISK

say() {
  printf 'create-cow: %s\n' "$*" >&2
}

fail() {
  say "$*"
  exit 1
}

# member JSON NAME: that member of the object, empty where it is absent.
member() {
  printf '%s' "$1" | python3 -c 'import json, sys; print(json.load(sys.stdin).get(sys.argv[1], ""))' "$2"
}

check_backing_file() {
  [ -e "$COW_BACKING_FILE" ] ||
    fail "$COW_BACKING_FILE does not exist: does this node have the image, and is hostPath.volumePath its directory?"
  [ -r "$COW_BACKING_FILE" ] ||
    fail "$COW_BACKING_FILE is not readable for user $(id -u), group $(id -g): look at its mode and its SELinux type"
  # Without -U: a writer of the image would corrupt every overlay, so its lock is obeyed.
  info=$(qemu-img info --output=json "$COW_BACKING_FILE") || fail "$COW_BACKING_FILE cannot be used, see above"
  format=$(member "$info" format)
  [ "$format" = "$COW_BACKING_FORMAT" ] ||
    fail "$COW_BACKING_FILE is of format $format, not $COW_BACKING_FORMAT: set COW_BACKING_FORMAT"
}

# The overlay appears under its name only when it is complete, and never in the place of another one.
create_overlay() {
  directory=$(dirname "$COW_OVERLAY")
  if ! [ -d "$directory" ] || ! [ -w "$directory" ]; then
    fail "$directory is not a directory that user $(id -u) can write to: is it the entry's pvc.volumePath?"
  fi
  new=$(mktemp "$COW_OVERLAY.XXXXXX")
  trap 'rm -f "$new"' EXIT
  qemu-img create -q -f qcow2 -F "$COW_BACKING_FORMAT" -b "$COW_BACKING_FILE" "$new" ||
    fail "$COW_OVERLAY cannot be created, see above"
  chmod 660 "$new"
  mv -n "$new" "$COW_OVERLAY" || [ -e "$COW_OVERLAY" ]
  rm -f "$new"
  trap - EXIT
}

# With -U: on the target of a migration, QEMU on the source still holds the lock.
check_overlay() {
  info=$(qemu-img info -U -f qcow2 --output=json "$COW_OVERLAY") || fail "$COW_OVERLAY is not a qcow2 image, see above"
  file=$(member "$info" backing-filename)
  format=$(member "$info" backing-filename-format)
  [ "$file ($format)" = "$COW_BACKING_FILE ($COW_BACKING_FORMAT)" ] ||
    fail "$COW_OVERLAY is backed by ${file:-no image} (${format:-no format}), not by $COW_BACKING_FILE" \
      "($COW_BACKING_FORMAT): set COW_OVERLAY to another file, or delete this one and what the guest has written"
}

case $COW_BACKING_FORMAT in
  qcow2 | raw) ;;
  *) fail "COW_BACKING_FORMAT is $COW_BACKING_FORMAT: it must be qcow2 or raw" ;;
esac
# Anything else could be one of QEMU's protocols (nbd:…, json:…).
for path in "$COW_BACKING_FILE" "$COW_OVERLAY"; do
  case $path in
    /*) ;;
    *) fail "$path must be an absolute path" ;;
  esac
done

check_backing_file
if [ -e "$COW_OVERLAY" ]; then
  say "keeps $COW_OVERLAY"
else
  create_overlay
  say "created $COW_OVERLAY over $COW_BACKING_FILE"
fi
check_overlay

[ "$#" -gt 0 ] || set -- --version v1alpha2
exec "$SIDECAR_SHIM" "$@"
