#!/usr/bin/env bash
# The manifest with which krew installs `kubectl sidecar-hostpath`: VERSION, the directory of the archives, the repository.

set -euo pipefail

version=$1 dist=$2 repository=$3

platform() {
	local archive=sidecar-hostpath-v$version-$1.tar.gz
	[ -f "$dist/$archive" ] || return 0
	cat <<-END
		    - selector:
		        matchLabels: {os: $2, arch: $3}
		      uri: $repository/releases/download/v$version/$archive
		      sha256: $(sha256sum "$dist/$archive" | cut -d' ' -f1)
		      bin: sidecar-hostpath
	END
}

platforms=$(
	platform x86_64-unknown-linux-musl linux amd64
	platform aarch64-unknown-linux-musl linux arm64
	platform x86_64-apple-darwin darwin amd64
	platform aarch64-apple-darwin darwin arm64
)
[ -n "$platforms" ] || { echo "krew: no archive of a command in $dist: make dist-command" >&2; exit 1; }

cat <<END
apiVersion: krew.googlecontainertools.github.com/v1alpha2
kind: Plugin
metadata:
  name: sidecar-hostpath
spec:
  version: v$version
  homepage: $repository
  shortDescription: Check the host paths of KubeVirt sidecars
  description: |
    Says what kubevirt-sidecar-hostpath-policy would say of manifests, explains
    its settings, suggests and compares them, without a cluster; and examines a
    cluster that runs it.
  platforms:
$platforms
END
