#!/usr/bin/env bash
# The manifest with which krew installs `kubectl sidecar-hostpath`: VERSION, the directory of the archives, the repository.

set -euo pipefail

version=$1 dist=$2 repository=$3

platform() {
	local archive=sidecar-hostpath-v$version-$1-unknown-linux-musl.tar.gz
	[ -f "$dist/$archive" ] || return 0
	cat <<-END
		    - selector:
		        matchLabels: {os: linux, arch: $2}
		      uri: $repository/releases/download/v$version/$archive
		      sha256: $(sha256sum "$dist/$archive" | cut -d' ' -f1)
		      bin: sidecar-hostpath
	END
}

platforms=$(platform x86_64 amd64 && platform aarch64 arm64)
[ -n "$platforms" ] || { echo "krew: no archive of a static command in $dist: make dist-static" >&2; exit 1; }

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
    its settings, suggests and compares them, without a cluster.
  platforms:
$platforms
END
