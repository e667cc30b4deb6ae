#!/usr/bin/env bash
# Tries a released sidecar-hostpath, which is at COMMAND: try.sh COMMAND DIGEST, the digest of policy.wasm. What it does not print is an error.

set -euo pipefail

command=$1 digest=$2

fail() {
	echo "try: $*" >&2
	exit 1
}

# A static file needs no library, so it runs in an image that has nothing else.
if [ "$(uname)" = Linux ] && readelf --dynamic "$command" | grep -q NEEDED; then
	fail "$command needs libraries"
fi
"$command" --version | grep -x "module: sha256:$digest" >/dev/null || fail "$command is of another module than sha256:$digest"
"$command" run policy.wasm --request-path tests/fixtures/launcher-image-volume.json --settings-path examples/settings.yaml 2>/dev/null |
	grep '"allowed":true' >/dev/null || fail "run does not accept the example"
"$command" check --settings deploy/base/settings.yaml examples/vmi-with-sidecar-hostpath.yaml >/dev/null || fail "check does not accept the example"

# No cluster is at this address: doctor says so, and its exit status is 2.
kubeconfig=$(mktemp)
trap 'rm -f "$kubeconfig"' EXIT
cat >"$kubeconfig" <<'END'
apiVersion: v1
kind: Config
current-context: none
contexts: [{name: none, context: {cluster: none, user: none}}]
clusters: [{name: none, cluster: {server: "https://127.0.0.1:1"}}]
users: [{name: none, user: {}}]
END
status=0
KUBECONFIG=$kubeconfig "$command" doctor >/dev/null 2>&1 || status=$?
[ "$status" = 2 ] || fail "doctor without a cluster exits with $status, not with 2"
