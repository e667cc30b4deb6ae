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
# The real kwctl where there is one, else our stand-in.
COMMAND := target/debug/sidecar-hostpath
export KWCTL ?= $(shell command -v kwctl || echo $(CURDIR)/$(COMMAND))

POLICY_SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock rust-toolchain.toml
COMMAND_SOURCES := $(POLICY_SOURCES) $(shell find cli/src -name '*.rs') cli/Cargo.toml

.PHONY: all
all: policy.wasm

policy.wasm: $(POLICY_SOURCES) | wasm-target
	$(CARGO) build --locked --release --target $(TARGET) --lib
	cp target/$(TARGET)/release/kubevirt_sidecar_hostpath_policy.wasm $@

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

## test: everything that CI checks
.PHONY: test
test: fmt lint unit-tests e2e-tests

.PHONY: unit-tests
unit-tests: policy.wasm
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
