# The only command interface: people and CI call make.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:

CARGO ?= cargo
TARGET := wasm32-wasip1
include tools/tools.mk

SHELL_SCRIPTS := .ci/run tools/tools.sh tools/left-out.sh tools/krew.sh tools/try.sh examples/cow-sidecar/create-cow.sh tests/breaks.sh tests/cow-sidecar/create-cow.bats \
	tests/cluster/named.sh tests/cluster/cluster.bats \
	$(wildcard examples/demo/*)
COMMAND := target/debug/sidecar-hostpath
# The bench has wasmtime in it, which takes longer to build than all the rest: `make engines` tests it.
ALL_BUT_BENCH := --workspace --exclude policy-bench
# The real kwctl where there is one, else our stand-in.
export KWCTL ?= $(shell PATH="$(PATH)" command -v kwctl || echo $(CURDIR)/$(COMMAND))
NAME := kubevirt-sidecar-hostpath-policy
VERSION := $(shell sed -n 's/^ *io.kubewarden.policy.version: *//p' metadata.yml)
# What a release consists of.
DIST := target/dist

POLICY_SOURCES := $(shell find src -name '*.rs') Cargo.toml Cargo.lock rust-toolchain.toml .cargo/config.toml
COMMAND_SOURCES := $(POLICY_SOURCES) $(shell find crates/cli/src crates/checker/src crates/doctor/src crates/host/src -name '*.rs' -o -name deployed.json) \
	crates/cli/Cargo.toml crates/doctor/Cargo.toml crates/host/Cargo.toml crates/checker/Cargo.toml

.PHONY: all
all: policy.wasm

## help: what make can do
.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): /\1\t/p' $(MAKEFILE_LIST) | sort | expand -t 18

# As a `cdylib` alone: with an `rlib` beside it a twelfth of the module is code that only a Rust program could call.
policy.wasm: $(POLICY_SOURCES) | wasm-target
	$(CARGO) rustc --locked --profile policy --target $(TARGET) --lib --crate-type cdylib
	cp target/$(TARGET)/policy/kubevirt_sidecar_hostpath_policy.wasm $@

# What policy-server loads and registries hold: the module with metadata.yml in it. Needs kwctl.
annotated-policy.wasm: policy.wasm metadata.yml
	@command -v kwctl >/dev/null || { echo 'make: install kwctl, or run `make kwctl`' >&2; exit 1; }
	kwctl annotate -m metadata.yml -o $@ policy.wasm

# Built as tests are, with the features of all members and of the examples, so that nothing is built again for them.
$(COMMAND): $(COMMAND_SOURCES)
	$(CARGO) build --locked --profile test $(ALL_BUT_BENCH) --bin sidecar-hostpath --examples
	touch $@

# Without `doctor`: what talks to clusters is a third of the command to build.
## run: evaluate the example launcher pod and show what would be mounted
.PHONY: run
run: policy.wasm
	$(CARGO) build --locked -p sidecar-hostpath --no-default-features
	@$(COMMAND) run --pretty policy.wasm --request-path tests/fixtures/launcher-image-volume.json \
		--settings-path examples/settings.yaml

## demo: act out docs/sidecar-hostpath.md without a cluster, with the real qemu-img
.PHONY: demo
demo: policy.wasm $(COMMAND) | tool-kubectl tool-qemu-img tool-jq
	@COMMAND=$(COMMAND) examples/demo/demo.sh

## playground: build the page that has the policy in the browser, in target/playground
.PHONY: playground
playground: policy.wasm playground/node_modules | tool-node
	$(CARGO) build --locked --profile policy --target $(TARGET) -p playground
	node playground/build.mjs target/$(TARGET)/policy/playground.wasm policy.wasm

playground/node_modules: playground/package-lock.json | tool-node
	npm ci --prefix playground --ignore-scripts --no-fund --no-audit --silent
	touch $@

## playground-serve: the same, served at http://127.0.0.1:8000
.PHONY: playground-serve
playground-serve: playground
	node playground/serve.mjs 8000

# In a real browser, where there is one or Debian's can be installed; tools.sh says where there is none.
BROWSERS := chromium chromium-browser google-chrome google-chrome-stable
.PHONY: playground-tests
playground-tests: $(COMMAND) | tool-node tool-chromium
	@if { command -v node && command -v npm; } >/dev/null && { $(BROWSERS:%=command -v % ||) false; } >/dev/null; then \
		$(MAKE) --no-print-directory playground && \
		target/debug/examples/answers policy.wasm 50 >target/playground-answers.jsonl && \
		COMMAND=$(CURDIR)/$(COMMAND) ANSWERS=$(CURDIR)/target/playground-answers.jsonl \
			node --test --test-reporter spec playground/test/playground.test.mjs; \
	fi

## playground-picture: the screenshot of the README, as the tests have made it
.PHONY: playground-picture
playground-picture: playground-tests
	cp target/playground.png docs/playground.png

## install: put sidecar-hostpath, optimised, where cargo puts commands
.PHONY: install
install:
	$(CARGO) install --locked --path crates/cli

## test: everything that CI checks; what this machine cannot test is named at the end, and with CI=true a failure
.PHONY: test
test:
	@rm -f target/left-out
	@$(MAKE) --no-print-directory tools
	@$(MAKE) --no-print-directory fmt lint doc lint-workflows size-check unit-tests e2e-tests policy-tests sidecar-tests demo playground-tests
	@tools/left-out.sh

.PHONY: unit-tests
unit-tests: policy.wasm $(COMMAND) | tool-kubectl tool-helm tool-promtool tool-sarif-schema
	@command -v helm >/dev/null || skip='--skip chart::'; \
	command -v promtool >/dev/null || skip="$${skip:-} --skip prometheus_judges"; \
	$(CARGO) test --locked $(ALL_BUT_BENCH) -- $${skip:-}

## proptest-long: the property tests, with CASES cases each
CASES ?= 20000
.PHONY: proptest-long
proptest-long:
	PROPTEST_CASES=$(CASES) $(CARGO) test --locked --test properties --test garbage

## small-scope: all settings of up to three rules in a small world, and every request there, against the model
.PHONY: small-scope
small-scope:
	SMALL_SCOPE=all $(CARGO) test --locked --release --test small_scope -- --nocapture

## fuzz: every target in FUZZ_TARGETS for FUZZ_SECONDS; what breaks a law goes to crates/fuzz/findings, to stay there once fixed
FUZZ_TARGETS ?= payload settings pods annotation paths
FUZZ_SECONDS ?= 600
FUZZ := PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" cargo +nightly fuzz
FUZZ_DIR := crates/fuzz
# No address sanitizer: there is no unsafe code to find fault with, and the invariants are assertions.
FUZZ_BUILD := --fuzz-dir $(FUZZ_DIR) --target-dir $(CURDIR)/target/fuzz --sanitizer none
.PHONY: fuzz
fuzz: $(TOOLS)/bin/cargo-fuzz
	rm -rf target/fuzz-seeds
	$(CARGO) run --locked --quiet -p fuzz-targets --bin seeds -- target/fuzz-seeds
	$(FUZZ) build $(FUZZ_BUILD)
	for target in $(FUZZ_TARGETS); do \
		mkdir -p target/fuzz-corpus/$$target $(FUZZ_DIR)/findings/$$target && \
		$(FUZZ) run $(FUZZ_BUILD) $$target target/fuzz-corpus/$$target $(FUZZ_DIR)/findings/$$target target/fuzz-seeds/$$target -- \
			-max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -rss_limit_mb=2048 -dict=$(FUZZ_DIR)/policy.dict \
			-artifact_prefix=$(FUZZ_DIR)/findings/$$target/ -print_final_stats=1 || exit 1; \
	done

## fuzz-keep: makes target/fuzz-corpus the smallest set of short inputs that reaches what all inputs reach
.PHONY: fuzz-keep
fuzz-keep: $(TOOLS)/bin/cargo-fuzz
	for target in $(FUZZ_TARGETS); do \
		rm -rf target/fuzz-kept && mkdir target/fuzz-kept && \
		$(FUZZ) run $(FUZZ_BUILD) $$target target/fuzz-kept target/fuzz-corpus/$$target -- \
			-set_cover_merge=1 -use_counters=0 -max_len=1024 && \
		rm -rf target/fuzz-corpus/$$target && mv target/fuzz-kept target/fuzz-corpus/$$target || exit 1; \
	done

## mutants: breaks src/ in every small way and looks which break no test (MUTANTS_ARGS="-f src/base/path.rs": one file)
# First with the quick tests, then what these miss with all. Fixed seed, few cases: every mutant meets the same tests.
MUTANTS := PROPTEST_CASES=$(or $(MUTANTS_CASES),200) PROPTEST_RNG_SEED=6 PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" \
	$(CARGO) mutants --jobs 2 --output target $(MUTANTS_ARGS)
.PHONY: mutants
mutants: $(TOOLS)/bin/cargo-mutants
	rm -rf target/mutants.out
	$(MUTANTS) -- --lib --test cases || { status=$$?; [ $$status -eq 2 ] || [ $$status -eq 3 ]; } # 2: some are missed
	$(MUTANTS) --iterate -- --tests || \
		{ [ $$? -eq 3 ] && [ ! -s target/mutants.out/missed.txt ]; } # 3: a mutant that loops, which is caught too

## break: breaks a copy of src/ on purpose, in one place at a time; the test that is named for each must fail
.PHONY: break
break:
	tests/breaks.sh

## go-answers: asks Go again what its encoding/json makes of annotations, and rewrites crates/model/go/answers.json
.PHONY: go-answers
go-answers: $(TOOLS)/go
	GO=$(CURDIR)/$(TOOLS)/go/bin/go PROPTEST_CASES=$(CASES) $(CARGO) test --locked -p model --test go -- --ignored

.PHONY: e2e-tests
e2e-tests: policy.wasm $(COMMAND) | tool-bats tool-jq
	bats e2e.bats

# The example settings, as those who keep settings in git test them.
.PHONY: policy-tests
policy-tests: $(COMMAND)
	$(COMMAND) test --settings examples/settings.yaml examples/policy-tests

## cluster-tests: the chart on the cluster of the current context, which CLUSTER= must name, with MODULE=registry://… (see CONTRIBUTING)
# Not run by `make test`. CLUSTER and MODULE are text for the shell.
.PHONY: cluster-tests
cluster-tests: cluster-named $(COMMAND) | tool-bats tool-jq tool-kubectl tool-helm
	COMMAND=$(CURDIR)/$(COMMAND) bats tests/cluster

.PHONY: cluster-named
cluster-named cluster-tests: override export CLUSTER := $(value CLUSTER)
cluster-named cluster-tests: override export MODULE := $(value MODULE)
cluster-named: | tool-kubectl
	@tests/cluster/named.sh

# The example sidecar.
.PHONY: sidecar-tests
sidecar-tests: | tool-bats tool-qemu-img tool-python3
	bats tests/cow-sidecar
	python3 tests/cow-sidecar/test_on_define_domain.py

.PHONY: fmt
fmt:
	$(CARGO) fmt --all -- --check

.PHONY: lint
lint: | tool-shellcheck
	$(CARGO) clippy --locked $(ALL_BUT_BENCH) --all-targets -- -D warnings
	shellcheck $(SHELL_SCRIPTS)

# The guests that policy.wasm is measured against, built like it.
BENCH := target/bench
GUESTS := accept answer_16k answer_128k answer_2m

.PHONY: bench-guests
bench-guests: | wasm-target
	$(CARGO) build --locked --profile policy --target $(TARGET) -p bench-guests --examples
	@mkdir -p $(BENCH)/guests
	@cp $(GUESTS:%=target/$(TARGET)/policy/examples/%.wasm) $(BENCH)/guests/

## engines: the corpus and the worst payloads on wasmtime too, which is policy-server's engine; before a release
.PHONY: engines
engines: policy.wasm
	$(CARGO) clippy --locked -p policy-bench --all-targets -- -D warnings
	$(CARGO) test --locked -p policy-bench

# wasmtime, optimised, takes a quarter of an hour to build; once a clone.
.PHONY: bench-build
bench-build:
	$(CARGO) bench --locked -p policy-bench --no-run

## bench: what an evaluation costs, as a ratio to guests that do nothing (tables in target/bench/)
.PHONY: bench
bench: policy.wasm bench-guests bench-build
	@rm -rf $(BENCH)/runs
	$(CARGO) bench --locked -p policy-bench --bench validate

## bench-docs: the same, medians of three runs, into docs/development/performance.md
.PHONY: bench-docs
bench-docs: export BENCH_DOCS := $(CURDIR)/docs/development/performance.md
bench-docs: policy.wasm bench-guests bench-build
	@rm -rf $(BENCH)/runs
	@for run in 1 2 3; do BENCH_RUN=$$run $(CARGO) bench --locked -p policy-bench --bench validate; done

# Every instance's memory holds the data of the module, and every policy server compiles it at its start.
SIZE_LIMIT := 393216

## size-check: fail if policy.wasm is larger than 384 KiB
.PHONY: size-check
size-check: policy.wasm
	@size=$$(wc -c < policy.wasm); echo "policy.wasm: $$size bytes of $(SIZE_LIMIT)"; test $$size -le $(SIZE_LIMIT)

# With `--examples` cargo takes the dependencies as `lint` has them, with the features that tests need.
.PHONY: doc
doc:
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --locked $(ALL_BUT_BENCH) --no-deps --lib --examples

.PHONY: lint-workflows
lint-workflows: | tool-node tool-actionlint
	@! command -v actionlint >/dev/null || actionlint

## schema: write the JSON Schemas, in docs/ and in the chart
.PHONY: schema
schema:
	$(CARGO) run --quiet --locked -p settings-schema

## pictures: draw docs/check.svg, the terminal in the README, from what the command prints
.PHONY: pictures
pictures: $(COMMAND) | $(TOOLS)/rich
	PATH="$(dir $(CURDIR)/$(COMMAND)):$$PATH" PYTHONPATH=$(TOOLS)/rich python3 tools/picture.py

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
# A tag is text that others write. Only the shell sees it, as a variable: make expands neither `$(…)` nor quotes in it.
.PHONY: release-check
release-check: override export TAG := $(value TAG)
release-check: override export REGISTRY := $(value REGISTRY)
release-check:
	@test "$$TAG" = 'v$(VERSION)' || { printf '%s\n' "make: the tag is '$$TAG', metadata.yml says $(VERSION)" >&2; exit 1; }
	@grep -qF '## [$(VERSION)]' CHANGELOG.md || { echo 'make: CHANGELOG.md has no $(VERSION)' >&2; exit 1; }
	@test -z "$$REGISTRY" || test "$$REGISTRY/$(NAME)" = '$(OCI_URL)' || \
		{ printf '%s\n' "make: metadata.yml names another registry than $$REGISTRY" >&2; exit 1; }

OCI_URL := $(shell sed -n 's/^ *io.kubewarden.policy.ociUrl: *//p' metadata.yml)

# What CHANGELOG.md says of this version.
.PHONY: release-notes
release-notes:
	@awk '/^## \[/ { on = index($$0, "## [$(VERSION)]") } on && !/^## \[/' CHANGELOG.md

# On macOS the GNU programs have other names, where Homebrew has installed them.
TAR := $(or $(shell command -v gtar),tar)
SHA256 := $(or $(shell command -v sha256sum),shasum -a 256)

# A file with all crates that are in a package, built for a target: PACKAGE, TARGET, FILE. The program writes beside every manifest.
define bill_of_materials
	SOURCE_DATE_EPOCH=0 PATH="$(CURDIR)/$(TOOLS)/bin:$$PATH" \
		$(CARGO) cyclonedx --quiet --format json --spec-version 1.5 --target $(2) --override-filename target-bill
	find . -name target-bill.json -not -path './target/*' | while read -r file; do \
		if jq -e '.metadata.component.name == "$(1)"' "$$file" >/dev/null; then mv "$$file" $(3); else rm "$$file"; fi; \
	done
	test -s $(3)
endef

## dist-policy: the module and its bill of materials, as released
.PHONY: dist-policy
dist-policy: policy.wasm | tool-jq $(TOOLS)/bin/cargo-cyclonedx
	mkdir -p $(DIST)
	cp policy.wasm $(DIST)
	$(call bill_of_materials,$(NAME),$(TARGET),$(DIST)/policy.wasm.cdx.json)

# The processor and system of this machine. On Linux a static file, which runs without libraries.
COMMAND_TARGET := $(shell case "$$(uname -sm)" in ('Darwin arm64') echo aarch64-apple-darwin ;; ('Darwin '*) echo x86_64-apple-darwin ;; \
	(*) echo "$$(uname -m)-unknown-linux-musl" ;; esac)
ARCHIVE := $(DIST)/sidecar-hostpath-v$(VERSION)-$(COMMAND_TARGET).tar.gz

## dist-command: sidecar-hostpath for this machine and its bill of materials, as released (on Linux: needs Debian's musl-tools)
.PHONY: dist-command
dist-command: policy.wasm | tool-jq $(TOOLS)/bin/cargo-cyclonedx
	@case $(COMMAND_TARGET) in *musl) command -v musl-gcc ;; esac >/dev/null || { echo 'make: install musl-gcc (Debian: musl-tools)' >&2; exit 1; }
	@rustup target list --installed | grep -qx $(COMMAND_TARGET) || rustup target add $(COMMAND_TARGET)
	SIDECAR_HOSTPATH_COMMIT="$$(git rev-parse HEAD)" SIDECAR_HOSTPATH_MODULE="sha256:$$($(SHA256) policy.wasm | cut -d' ' -f1)" \
		$(CARGO) build --locked --release --target $(COMMAND_TARGET) -p sidecar-hostpath
	mkdir -p $(DIST)
	$(TAR) -C target/$(COMMAND_TARGET)/release --owner 0 --group 0 --mtime @0 -czf $(ARCHIVE) sidecar-hostpath
	$(call bill_of_materials,sidecar-hostpath,$(COMMAND_TARGET),$(ARCHIVE).cdx.json)

## dist-try: tries the released command of this machine, out of its archive: that it knows its module, `run`, `check` and `doctor`
.PHONY: dist-try
dist-try: policy.wasm
	rm -rf target/try && mkdir -p target/try
	$(TAR) -C target/try -xzf $(ARCHIVE)
	tools/try.sh target/try/sidecar-hostpath "$$($(SHA256) policy.wasm | cut -d' ' -f1)"

## dist-image: an image with the static command for x86-64 and arm64, in target/image.tar, of what is in target/dist (needs podman)
.PHONY: dist-image
dist-image:
	@command -v podman >/dev/null || { echo 'make: install podman' >&2; exit 1; }
	rm -rf target/image target/image.tar
	for processor in amd64:x86_64 arm64:aarch64; do \
		mkdir -p "target/image/$${processor%:*}" && $(TAR) -C "target/image/$${processor%:*}" \
			-xzf "$(DIST)/sidecar-hostpath-v$(VERSION)-$${processor#*:}-unknown-linux-musl.tar.gz" || exit 1; \
	done
	podman build --platform linux/amd64,linux/arm64 --timestamp 0 --manifest sidecar-hostpath:v$(VERSION) --file Containerfile target/image
	podman manifest push --all sidecar-hostpath:v$(VERSION) oci-archive:target/image.tar

## dist-chart: the Helm chart, as released
.PHONY: dist-chart
dist-chart: | tool-helm
	mkdir -p $(DIST)
	helm package charts/sidecar-hostpath --destination $(DIST)

## dist-krew: the manifest for kubectl's plugin manager, of what is in target/dist
.PHONY: dist-krew
dist-krew:
	@: "$${REPOSITORY:?the address of the repository, https://github.com/OWNER/NAME}"
	tools/krew.sh '$(VERSION)' '$(DIST)' "$$REPOSITORY" >$(DIST)/krew.yaml

.PHONY: dist-checksums
dist-checksums:
	cd $(DIST) && rm -f SHA256SUMS && $(SHA256) -- * >../SHA256SUMS && mv ../SHA256SUMS .

## artifacthub: generate what Artifact Hub reads; fails if artifacthub-pkg.yml differs (needs kwctl)
.PHONY: artifacthub
artifacthub:
	rm -rf target/artifacthub && mkdir -p target/artifacthub
	kwctl scaffold artifacthub --metadata-path metadata.yml --questions-path questions-ui.yml \
		--output target/artifacthub/artifacthub-pkg.yml
	diff <(awk '$(AS_KWCTL)' artifacthub-pkg.yml) <(awk '$(AS_KWCTL)' target/artifacthub/artifacthub-pkg.yml)
	created=$$(grep '^createdAt:' target/artifacthub/artifacthub-pkg.yml) && \
		sed "s/^createdAt:.*/$$created/" artifacthub-pkg.yml >target/artifacthub/artifacthub-pkg.yml
	cp artifacthub-repo.yml target/artifacthub
	$(MAKE) --no-print-directory artifacthub-readme

# All but the time, and the text on installation: kwctl's installs a single policy, and differs with its version.
AS_KWCTL := /^[^ ]/ { ours = /^(createdAt|install):/ } !ours

# The README as Artifact Hub shows it: the branch that it reads has no other file, so links name the tag's.
SOURCE := $(shell sed -n 's/^ *io.kubewarden.policy.source: *//p' metadata.yml)
.PHONY: artifacthub-readme
artifacthub-readme:
	@mkdir -p target/artifacthub
	sed -E -e 's,(!\[[^]]*\]\()([^):]+\)),\1$(SOURCE)/raw/v$(VERSION)/\2,g' \
		-e 's,(\]\()([^):#][^):]*\)),\1$(SOURCE)/blob/v$(VERSION)/\2,g' README.md >target/artifacthub/README.md

.PHONY: clean
clean:
	$(CARGO) clean
	rm -f policy.wasm annotated-policy.wasm
