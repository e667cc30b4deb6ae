//! One call of a module, and the memory through which guest and host talk.

use wasmi::{Caller, Error, Extern, Memory, StoreLimits};

use crate::log::LogSink;

/// What belongs to one call, and to its instance.
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) payload: Vec<u8>,
    /// What the guest has answered.
    pub(crate) response: Option<Vec<u8>>,
    /// The error that the guest has answered with.
    pub(crate) error: Option<String>,
    /// What the host has answered to the last call by the guest.
    pub(crate) host: Result<Vec<u8>, String>,
    pub(crate) log: LogSink,
    pub(crate) limits: StoreLimits,
}

/// The memory that the guest exports.
pub(crate) fn memory(caller: &Caller<'_, Call>) -> Result<Memory, Error> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    memory.ok_or_else(|| Error::new("the module exports no memory"))
}

/// The bytes of the guest's memory there.
pub(crate) fn read(caller: &Caller<'_, Call>, at: u32, length: u32) -> Result<Vec<u8>, Error> {
    let data = memory(caller)?.data(caller);
    let bytes = range(at, length).and_then(|range| data.get(range));
    Ok(bytes.ok_or_else(out_of_bounds)?.to_vec())
}

/// A text in the guest's memory.
pub(crate) fn read_text(caller: &Caller<'_, Call>, at: u32, length: u32) -> Result<String, Error> {
    String::from_utf8(read(caller, at, length)?)
        .map_err(|error| Error::new(format!("the guest's text: {error}")))
}

/// Puts bytes into the guest's memory.
pub(crate) fn write(caller: &mut Caller<'_, Call>, at: u32, bytes: &[u8]) -> Result<(), Error> {
    let memory = memory(caller)?;
    let at = usize::try_from(at).map_err(|_| out_of_bounds())?;
    memory.write(caller, at, bytes).map_err(|_| out_of_bounds())
}

/// What is in the call's data goes into the guest's memory.
pub(crate) fn write_own(
    caller: &mut Caller<'_, Call>,
    at: u32,
    bytes: impl FnOnce(&Call) -> &[u8],
) -> Result<(), Error> {
    let (data, call) = memory(caller)?.data_and_store_mut(&mut *caller);
    let bytes = bytes(call);
    let length = u32::try_from(bytes.len()).map_err(|_| out_of_bounds())?;
    let place = range(at, length).and_then(|range| data.get_mut(range));
    place.ok_or_else(out_of_bounds)?.copy_from_slice(bytes);
    Ok(())
}

fn range(at: u32, length: u32) -> Option<std::ops::Range<usize>> {
    let at = usize::try_from(at).ok()?;
    Some(at..at.checked_add(usize::try_from(length).ok()?)?)
}

fn out_of_bounds() -> Error {
    Error::new("the module names a place outside of its memory")
}
