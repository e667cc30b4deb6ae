//! Answers every request with the bytes in its slot of 2 MiB.

use bench_guests::Slot;

static SLOT: Slot<{ 2 << 20 }> = Slot::new();

/// Called by the host once for each instance of the module.
#[expect(unsafe_code, reason = "waPC hosts look for the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    wapc_guest::register_function("validate", |_| SLOT.answer());
}
