//! The functions of waPC: how the guest gets its payload, answers, and calls its host.

use wasmi::errors::LinkerError;
use wasmi::{Caller, Error, Linker};

use crate::call::{Call, read, read_text, write_own};
use crate::log::answer;

/// The module of these functions in a guest's imports.
pub(crate) const MODULE: &str = "wapc";

/// All of them.
pub(crate) const NAMES: [&str; 9] = [
    "__console_log",
    "__guest_error",
    "__guest_request",
    "__guest_response",
    "__host_call",
    "__host_error",
    "__host_error_len",
    "__host_response",
    "__host_response_len",
];

/// Defines them.
pub(crate) fn define(linker: &mut Linker<Call>) -> Result<(), LinkerError> {
    linker
        .func_wrap(MODULE, "__guest_request", guest_request)?
        .func_wrap(MODULE, "__guest_response", guest_response)?
        .func_wrap(MODULE, "__guest_error", guest_error)?
        .func_wrap(MODULE, "__host_call", host_call)?
        .func_wrap(
            MODULE,
            "__host_response",
            |mut caller: Caller<'_, Call>, at: u32| write_own(&mut caller, at, response),
        )?
        .func_wrap(MODULE, "__host_response_len", |caller: Caller<'_, Call>| {
            length(response(caller.data()))
        })?
        .func_wrap(MODULE, "__host_error", |mut caller: Caller<'_, Call>, at: u32| {
            write_own(&mut caller, at, host_error)
        })?
        .func_wrap(MODULE, "__host_error_len", |caller: Caller<'_, Call>| {
            length(host_error(caller.data()))
        })?
        .func_wrap(MODULE, "__console_log", console_log)?;
    Ok(())
}

fn guest_request(mut caller: Caller<'_, Call>, operation: u32, payload: u32) -> Result<(), Error> {
    write_own(&mut caller, payload, |call| &call.payload)?;
    write_own(&mut caller, operation, |call| call.operation.as_bytes())
}

fn guest_response(mut caller: Caller<'_, Call>, at: u32, length: u32) -> Result<(), Error> {
    caller.data_mut().response = Some(read(&caller, at, length)?);
    Ok(())
}

fn guest_error(mut caller: Caller<'_, Call>, at: u32, length: u32) -> Result<(), Error> {
    caller.data_mut().error = Some(read_text(&caller, at, length)?);
    Ok(())
}

/// Binding, namespace, operation and payload, each with its length. 1: there is a response, 0: there is an error.
#[expect(clippy::too_many_arguments, reason = "waPC's protocol")]
fn host_call(
    mut caller: Caller<'_, Call>,
    binding: u32,
    binding_length: u32,
    namespace: u32,
    namespace_length: u32,
    operation: u32,
    operation_length: u32,
    payload: u32,
    payload_length: u32,
) -> Result<u32, Error> {
    let binding = read_text(&caller, binding, binding_length)?;
    let namespace = read_text(&caller, namespace, namespace_length)?;
    let operation = read_text(&caller, operation, operation_length)?;
    let payload = read(&caller, payload, payload_length)?;
    let host = answer(&caller.data().log, &binding, &namespace, &operation, &payload);
    let is_ok = host.is_ok();
    caller.data_mut().host = host;
    Ok(is_ok.into())
}

fn console_log(caller: Caller<'_, Call>, at: u32, length: u32) -> Result<(), Error> {
    let text = read_text(&caller, at, length)?;
    (caller.data().log)(&checker::printing::escape::one_line(&text));
    Ok(())
}

fn response(call: &Call) -> &[u8] {
    call.host.as_deref().unwrap_or_default()
}

fn host_error(call: &Call) -> &[u8] {
    call.host.as_ref().err().map_or(&[], |error| error.as_bytes())
}

fn length(bytes: &[u8]) -> Result<u32, Error> {
    u32::try_from(bytes.len()).map_err(|error| Error::new(error.to_string()))
}
