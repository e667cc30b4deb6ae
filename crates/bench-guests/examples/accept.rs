//! Accepts every request.

/// Called by the host once for each instance of the module.
#[expect(unsafe_code, reason = "waPC hosts look for the function by this name")]
#[unsafe(no_mangle)]
pub extern "C" fn wapc_init() {
    wapc_guest::register_function("validate", |_| Ok(br#"{"accepted":true}"#.to_vec()));
}
