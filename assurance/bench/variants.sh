#!/bin/bash
# Builds policy.wasm in other ways, for `make variants`: one module each in target/bench/variants/, and a list of them.
# A variant that does not build is left out, with a word on standard error.
set -euo pipefail
cd "$(dirname "$0")/../.."

wasm_opt=$1
target=wasm32-wasip1
build=target/bench/build
out=target/bench/variants
# What rustc lets LLVM use on this target.
features=(--enable-bulk-memory --enable-bulk-memory-opt --enable-sign-ext --enable-mutable-globals
	--enable-nontrapping-float-to-int --enable-multivalue --enable-reference-types)

rm -rf "$out"
mkdir -p "$out"

# add FILE DESCRIPTION: takes the module FILE into the table.
number=10
add() {
	cp "$1" "$out/$number.wasm"
	printf '%s\t%s\n' "$number.wasm" "$2" >>"$out/list"
	number=$((number + 1))
}

# cargo_build DESCRIPTION [NAME=VALUE]… -- [ARGUMENT]…: builds with that environment; the module's name comes last.
cargo_build() {
	local description=$1 environment=()
	shift
	while [ "$1" != -- ]; do
		environment+=("$1")
		shift
	done
	shift
	local arguments=("${@:1:$#-1}") module=${*: -1}
	echo "variant: $description" >&2
	if env "${environment[@]}" cargo build --quiet --locked --profile policy --target $target --target-dir "$build" \
		"${arguments[@]}"; then
		add "$build/$target/policy/$module.wasm" "$description"
	else
		echo "variant: $description: does not build, left out" >&2
	fi
}

# policy DESCRIPTION [NAME=VALUE]…
policy() {
	cargo_build "$@" -- --lib kubevirt_sidecar_hostpath_policy
}

# allocator DESCRIPTION EXAMPLE
allocator() {
	cargo_build "$1" -- -p bench-allocators --example "$2" "examples/$2"
}

# optimise DESCRIPTION FILE ARGUMENT…
optimise() {
	echo "variant: $1" >&2
	"$wasm_opt" "${features[@]}" "${@:3}" "$2" -o "$build/optimised.wasm"
	add "$build/optimised.wasm" "$1"
}

add policy.wasm 'as it is built'
for level in 1 2 3 s z; do
	policy "opt-level $level" CARGO_PROFILE_POLICY_OPT_LEVEL=$level
	cp "$build/$target/policy/kubevirt_sidecar_hostpath_policy.wasm" "$build/opt-$level.wasm"
done
policy 'no LTO, 16 codegen units' CARGO_PROFILE_POLICY_LTO=off CARGO_PROFILE_POLICY_CODEGEN_UNITS=16
policy 'thin LTO' CARGO_PROFILE_POLICY_LTO=thin
policy 'names kept (strip = false)' CARGO_PROFILE_POLICY_STRIP=none
policy 'overflow-checks off' CARGO_PROFILE_POLICY_OVERFLOW_CHECKS=false
optimise 'wasm-opt -O3' policy.wasm -O3
optimise 'wasm-opt -Oz' policy.wasm -Oz
optimise 'opt-level s, wasm-opt -Oz' "$build/opt-s.wasm" -Oz
# The variable takes the place of what .cargo/config.toml says.
flags='-Cllvm-args=-inline-threshold=50 -Cllvm-args=-inlinehint-threshold=100 -Cllvm-args=-unroll-threshold=10'
policy 'inlined and unrolled as by LLVM itself' RUSTFLAGS='-Cdebuginfo=0'
policy 'inline threshold 75, no other' RUSTFLAGS='-Cllvm-args=-inline-threshold=75'
for kib in 64 256; do
	policy "stack of $kib KiB" RUSTFLAGS="$flags -C link-arg=-zstack-size=$((kib * 1024))"
done
policy 'SIMD' RUSTFLAGS="$flags -C target-feature=+simd128"
allocator 'lol_alloc, never frees' lol_leaking
allocator 'lol_alloc, free list' lol_free_list
allocator 'talc' talc
