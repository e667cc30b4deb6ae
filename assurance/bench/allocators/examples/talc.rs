//! The policy with a small allocator that was made for wasm.
#![cfg(target_arch = "wasm32")]

// Brings the policy's exports along.
use kubevirt_sidecar_hostpath_policy as _;
use talc::wasm::{WasmDynamicTalc, new_wasm_dynamic_allocator};

#[global_allocator]
static ALLOCATOR: WasmDynamicTalc = new_wasm_dynamic_allocator();
