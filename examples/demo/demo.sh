#!/usr/bin/env bash
# Acts out docs/sidecar-hostpath.md and docs/plugins.md without a cluster: the policy judges and completes the launcher pods of
# examples/vmi-with-sidecar-hostpath.yaml and examples/plugin-cow, and then their containers run with exactly the mounts that
# the pod gives them, with the real qemu-img and qemu-io. Every step that does not behave as described ends the demo with an
# error.
set -euo pipefail
cd "$(dirname "$0")/../.."
export LC_ALL=C

: "${COMMAND:=target/debug/sidecar-hostpath}" "${POLICY:=policy.wasm}" "${KUBECTL:=kubectl}"
FIND_DISK='import sys, xml.etree.ElementTree as x
print(x.parse(sys.argv[1]).find(".//alias[@name=\"ua-root\"]/../source").get("file"))'
OVERLAY=/output/overlay.qcow2
BASE=/host-images/backing-image.qcow2

skip() {
  tools/left-out.sh "the demo, for $*"
  exit
}

for tool in qemu-img qemu-io python3; do
  [ -x "/usr/bin/$tool" ] || skip "there is no /usr/bin/$tool (Debian: apt-get install qemu-utils python3)"
done
# What examples/demo/container.sh needs of the kernel: user and mount namespaces, and overlays in them.
# shellcheck disable=SC2016 # For the inner shell to expand.
probe='mount -t tmpfs x "$1" && mkdir "$1/d" "$1/usr" && mount -t overlay x -o lowerdir="$1/d:/usr" "$1/usr" &&
  unshare --user --map-user=107 --map-group=107 --root=/ true'
work=$(mktemp -d "$PWD/target/demo.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
refusal=$(unshare --map-root-user --mount sh -c "$probe" sh "$work" 2>&1) ||
  skip "this kernel or container does not allow mount namespaces without root: ${refusal##*$'\n'}"

export NODE=$work/node CLAIMS=$work/claims IMAGE=$work/image POD_DIR

title() {
  printf '\n%s\n' "== $* =="
}

indent() {
  sed 's/^/    /'
}

# shown PROMPT COMMAND…: the command as one would type it.
shown() {
  local word line="$1\$"
  for word in "${@:2}"; do
    case $word in
      *' '*) line+=" '$word'" ;;
      *) line+=" $word" ;;
    esac
  done
  printf '  %s\n' "$line"
}

# in_container CONTAINER COMMAND…: in that container of the current pod.
in_container() {
  examples/demo/container.sh "$POD_DIR/pod.json" "$@"
}

# as CONTAINER COMMAND…: shows the command and what it prints, times aside; it must succeed.
as() {
  shown "$@"
  in_container "$@" 2>&1 | sed '/ops\/sec/d' | indent
}

# as_refused MESSAGE CONTAINER COMMAND…: it must fail, and say this.
as_refused() {
  local message=$1 output
  shift
  shown "$@"
  if output=$(in_container "$@" 2>&1); then
    echo "demo: that should have failed" >&2
    exit 1
  fi
  indent <<<"$output"
  grep -qF "$message" <<<"$output" || {
    echo "demo: that should have failed with: $message" >&2
    exit 1
  }
}

# pod NAME REQUEST: runs the policy on the request, under the settings of $SETTINGS, and applies its patch, as the API server
# does. It becomes the current pod.
SETTINGS=examples/settings.yaml
pod() {
  POD_DIR=$work/$1
  mkdir -p "$POD_DIR"
  "$COMMAND" run "$POLICY" --request-path "$2" --settings-path "$SETTINGS" >"$POD_DIR/response.json" \
    2>"$POD_DIR/policy.log"
  jq -e .allowed "$POD_DIR/response.json" >/dev/null || {
    jq . "$POD_DIR/response.json" >&2
    exit 1
  }
  jq -r '.patch | @base64d' "$POD_DIR/response.json" >"$POD_DIR/patch.json"
  jq .object "$2" >"$POD_DIR/launcher.json"
  KUBECONFIG=/dev/null "$KUBECTL" patch --local -f "$POD_DIR/launcher.json" --type=json \
    --patch-file "$POD_DIR/patch.json" -o json >"$POD_DIR/pod.json"
  # The call that virt-launcher makes when it has found the sidecar's socket.
  local call=$POD_DIR/hook-sidecar-sockets/hook-sidecar-0
  mkdir -p "$call"
  cp tests/cow-sidecar/domain.xml "$call/domain.xml"
  echo '{"metadata": {"name": "debian-cow", "namespace": "tenant-a"}}' >"$call/vmi.json"
}

# The command of hook-sidecar-0, as the pod has it; it must end as the shim.
start_sidecar() {
  local command log=$POD_DIR/hook-sidecar-sockets/hook-sidecar-0/shim.log
  rm -f "$log"
  mapfile -t command < <(jq -r '.spec.containers[] | select(.name == "hook-sidecar-0") | (.command + .args)[]' \
    "$POD_DIR/pod.json")
  as hook-sidecar-0 "${command[@]}"
  indent <"$log"
  [ "$(<"$log")" = "sidecar-shim --version v1alpha2" ]
}

title "A node with an image, and a VM that asks for it"
mkdir -p "$NODE/var/lib/kubevirt/images" "$CLAIMS/debian-cow" "$IMAGE/usr/bin"
cp examples/cow-sidecar/create-cow.sh examples/cow-sidecar/onDefineDomain "$IMAGE/usr/bin/"
cp examples/demo/sidecar-shim "$IMAGE/"
image=$NODE/var/lib/kubevirt/images/backing-image.qcow2
qemu-img create -q -f qcow2 "$image" 64M
qemu-io -f qcow2 -c 'write -q -P 0xab 0 1M' "$image"
before=$(sha256sum <"$image")
echo "The node has /var/lib/kubevirt/images/backing-image.qcow2; its first MiB is filled with 0xab."
echo "The VM owner asks for the directory in the annotation of examples/vmi-with-sidecar-hostpath.yaml:"
jq -r '.object.metadata.annotations["hooks.kubevirt.io/hookSidecars"] | fromjson' tests/fixtures/launcher-cow.json | indent

title "The policy completes the launcher pod"
pod cow tests/fixtures/launcher-cow.json
echo "KubeVirt makes a launcher pod of it (tests/fixtures/launcher-cow.json), without the hostPath. The policy, with"
echo "examples/settings.yaml, accepts the pod and answers with this patch:"
jq -c '.[]' "$POD_DIR/patch.json" | indent

title "The sidecar creates the overlay"
echo "hook-sidecar-0 runs with exactly the mounts of the patched pod, as user 107. A directory of the node is one of"
echo "them, and it is read-only, though user 107 owns it here:"
as hook-sidecar-0 id
as_refused "Read-only file system" hook-sidecar-0 touch /host-images/planted
as_refused "Read-only file system" hook-sidecar-0 qemu-io -f qcow2 -c 'write 0 512' "$BASE"
echo "It starts with its command:"
start_sidecar
echo "Now it is the shim, and has answered virt-launcher's call with a domain whose disk \`root\` is the overlay."

title "QEMU opens the overlay and the image below it"
echo "In container compute, virt-launcher defines that domain. The file of its disk:"
disk=$(in_container compute python3 -c "$FIND_DISK" /var/run/kubevirt-hooks/hook-sidecar-0/defined.xml)
echo "    $disk"
[ "$disk" = "$OVERLAY" ]
echo "The whole chain opens. What was never written comes from the image on the node:"
as compute qemu-img info -f qcow2 --backing-chain "$disk" | grep -E '\$|^ *(image|file format|backing file( format)?):'
as compute qemu-io -f qcow2 -c 'read -P 0xab 0 1M' "$disk"
echo "What the guest writes goes to the overlay:"
as compute qemu-io -f qcow2 -c 'write -P 0x11 0 64k' -c 'read -P 0x11 0 64k' -c 'read -P 0xab 64k 64k' "$disk"
echo "The image is read-only for QEMU, too, and it has not changed:"
as_refused "Read-only file system" compute qemu-io -f qcow2 -c 'write 0 512' "$BASE"
[ "$(sha256sum <"$image")" = "$before" ]

title "The VM starts again"
echo "The overlay is kept, with what the guest has written:"
start_sidecar
as compute qemu-io -f qcow2 -c 'read -P 0x11 0 64k' "$disk"

title "The same without sharedComputePath"
jq '.object.metadata.annotations["hooks.kubevirt.io/hookSidecars"] |=
  (fromjson | del(.[0].hostPath.sharedComputePath) | tojson)' tests/fixtures/launcher-cow.json >"$work/unshared.json"
rm -r "$CLAIMS/debian-cow"
pod unshared "$work/unshared.json"
echo "Only hook-sidecar-0 gets the directory. The sidecar succeeds:"
start_sidecar
echo "But QEMU does not run in the sidecar. In compute the chain ends in nothing, and the VM would not start:"
as_refused "Could not open '$BASE': No such file or directory" compute qemu-io -f qcow2 -c 'read 0 512' "$disk"

title "The same story with the sidecar of a plugin"
# as_json FILE: what kubectl reads from it, without a cluster.
as_json() {
  KUBECONFIG=/dev/null "$KUBECTL" label --local -f "$1" demo=yes -o json
}
golden=$NODE/var/lib/kubevirt/golden
mkdir -p "$golden"
cp "$image" "$golden/debian.qcow2"
echo "No hook sidecar here. The VM of examples/plugin-cow/vm.yaml opts in to a plugin, and asks for the image by this"
echo "policy's own annotation:"
as_json examples/plugin-cow/vm.yaml | jq .spec.template.metadata.annotations >"$work/annotations.json"
jq -r '.["kubevirt-sidecar-hostpath-policy.dev/hostPaths"] | fromjson' "$work/annotations.json" | indent
# The pod as KubeVirt makes it of that VM: the annotations, and the directory of the plugins' sockets.
jq --slurpfile own "$work/annotations.json" '.object
  | del(.metadata.annotations["hooks.kubevirt.io/hookSidecars"]) | .metadata.annotations += $own[0]
  | .spec.containers |= map(select(.name == "compute"))
  | .spec.volumes += [{name: "kubevirt-plugin-sockets", emptyDir: {}}]
  | .spec.containers[0].volumeMounts +=
      [{name: "kubevirt-plugin-sockets", mountPath: "/var/run/kubevirt-plugin"}]' \
  tests/fixtures/launcher-cow.json >"$work/made.json"
echo "The API server first applies the admission policy of the plugin, which adds a container and a directory for the overlay"
echo "(here its expression is applied as an equivalent JSON patch):"
as_json examples/plugin-cow/admission-policy.yaml |
  jq -r 'select(.kind == "MutatingAdmissionPolicy") | .spec.mutations[].jsonPatch.expression' |
  sed -E 's/(JSONPatch|Object[.A-Za-z]*)\{/{/g' >"$work/admission.yaml"
KUBECONFIG=/dev/null "$KUBECTL" patch --local -f "$work/made.json" --type=json \
  --patch-file "$work/admission.yaml" -o json >"$work/admitted.json"
jq -c '.spec.containers[] | {name, mounts: [.volumeMounts[].mountPath]}' "$work/admitted.json" | tail -n 1 | indent
echo "Then it calls the policy, which answers under examples/plugin-cow/settings.yaml:"
jq --slurpfile pod "$work/admitted.json" '.object = $pod[0]' tests/fixtures/launcher-cow.json >"$work/plugin.json"
SETTINGS=examples/plugin-cow/settings.yaml
pod plugin "$work/plugin.json"
jq -c '.[]' "$POD_DIR/patch.json" | indent
echo "The plugin's sidecar creates the overlay, over an image that it can only read:"
as_refused "Read-only file system" plugin-sidecar-cow touch /host-images/golden/planted
as plugin-sidecar-cow qemu-img create -q -f qcow2 -F qcow2 -b /host-images/golden/debian.qcow2 /cow/overlay.qcow2
echo "And in compute the whole chain opens:"
as compute qemu-io -f qcow2 -c 'read -P 0xab 0 1M' -c 'write -P 0x11 0 64k' /cow/overlay.qcow2
as_refused "Read-only file system" compute qemu-io -f qcow2 -c 'write 0 512' /host-images/golden/debian.qcow2
[ "$(sha256sum <"$golden/debian.qcow2")" = "$before" ]

printf '\nEvery step behaved as described.\n'
