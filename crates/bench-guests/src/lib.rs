//! The guests that the policy is measured against, as examples: each is a module of its own, built like the policy.
//!
//! They hold what every policy in Rust pays for, the waPC crate and its registry of functions, and nothing else. None of
//! them looks at its payload. `accept` accepts; `answer_…` answers with the bytes in its [`Slot`], which the benchmark
//! fills in the built module. They differ in the size of the slot only: a megabyte of unused data would slow down the
//! start of an instance, if only by some percent.

use std::hint::black_box;

use wapc_guest::CallResult;

/// A place for an answer in the data of the module. Nothing in it is zero: zeros would not be stored.
#[repr(C)]
pub struct Slot<const CAPACITY: usize> {
    mark: [u8; 16],
    length: [u8; 4],
    answer: [u8; CAPACITY],
}

impl<const CAPACITY: usize> Slot<CAPACITY> {
    /// As the benchmark finds it.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "const")]
    pub const fn new() -> Self {
        Self {
            mark: *b"answer slot >>>>",
            length: [0xff; 4],
            answer: [b' '; CAPACITY],
        }
    }

    /// What the benchmark has put into it.
    ///
    /// # Errors
    /// Nothing was put into it.
    pub fn answer(&'static self) -> CallResult {
        // The compiler must not know what was in the slot when it was compiled.
        let slot = black_box(self);
        let length = usize::try_from(u32::from_le_bytes(slot.length))?;
        Ok(slot.answer.get(..length).ok_or("the slot is empty")?.to_vec())
    }
}
