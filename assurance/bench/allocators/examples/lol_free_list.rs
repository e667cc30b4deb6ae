//! The policy with a small and simple allocator.
#![cfg(target_arch = "wasm32")]

// Brings the policy's exports along.
use kubevirt_sidecar_hostpath_policy as _;
use lol_alloc::{FreeListAllocator, LockedAllocator};

#[global_allocator]
static ALLOCATOR: LockedAllocator<FreeListAllocator> = LockedAllocator::new(FreeListAllocator::new());
