//! The policy with an allocator that never frees.
#![cfg(target_arch = "wasm32")]

// Brings the policy's exports along.
use kubevirt_sidecar_hostpath_policy as _;
use lol_alloc::{LeakingAllocator, LockedAllocator};

#[global_allocator]
static ALLOCATOR: LockedAllocator<LeakingAllocator> = LockedAllocator::new(LeakingAllocator::new());
