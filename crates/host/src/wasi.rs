//! WASI preview 1 for a guest without files, arguments, clock and network.

use std::io::{self, Write};

use wasmi::errors::LinkerError;
use wasmi::{Caller, Error, FuncType, Linker, Val, ValType};

use crate::call::{Call, read, write};

/// The module of these functions in a guest's imports.
pub(crate) const MODULE: &str = "wasi_snapshot_preview1";

/// Those that are there, but only answer that they are not implemented.
const NOT_IMPLEMENTED: [&str; 41] = [
    "args_get",
    "args_sizes_get",
    "clock_res_get",
    "clock_time_get",
    "fd_advise",
    "fd_allocate",
    "fd_close",
    "fd_datasync",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_prestat_dir_name",
    "fd_prestat_get",
    "fd_pwrite",
    "fd_read",
    "fd_readdir",
    "fd_renumber",
    "fd_seek",
    "fd_sync",
    "fd_tell",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_raise",
    "sched_yield",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

/// Those that do something.
pub(crate) const NAMES: [&str; 5] = [
    "environ_get",
    "environ_sizes_get",
    "fd_write",
    "proc_exit",
    "random_get",
];

type Errno = u32;
const SUCCESS: Errno = 0;
const BAD_DESCRIPTOR: Errno = 8;
const INPUT_OUTPUT: Errno = 29;
const NO_SUCH_FUNCTION: i32 = 52;

/// Standard output and standard error.
const STREAMS: [u32; 2] = [1, 2];

/// Defines those that do something.
pub(crate) fn define(linker: &mut Linker<Call>) -> Result<(), LinkerError> {
    linker
        .func_wrap(MODULE, "environ_get", |_: u32, _: u32| SUCCESS)?
        .func_wrap(MODULE, "environ_sizes_get", environ_sizes_get)?
        .func_wrap(MODULE, "fd_write", fd_write)?
        .func_wrap(MODULE, "proc_exit", |status: i32| -> Result<(), Error> {
            Err(Error::i32_exit(status))
        })?
        .func_wrap(MODULE, "random_get", random_get)?;
    Ok(())
}

/// Whether a guest may import this function, of this type, to be told that it is not implemented.
pub(crate) fn is_not_implemented(name: &str, kind: &FuncType) -> bool {
    NOT_IMPLEMENTED.contains(&name) && kind.results() == [ValType::I32]
}

/// Answers so.
pub(crate) fn not_implemented(_: Caller<'_, Call>, _: &[Val], results: &mut [Val]) -> Result<(), Error> {
    results.fill(Val::I32(NO_SUCH_FUNCTION));
    Ok(())
}

/// No variables, in no bytes.
fn environ_sizes_get(mut caller: Caller<'_, Call>, count: u32, size: u32) -> Result<Errno, Error> {
    write(&mut caller, count, &0_u32.to_le_bytes())?;
    write(&mut caller, size, &0_u32.to_le_bytes())?;
    Ok(SUCCESS)
}

/// Both streams are our standard error: our standard output is the command's.
fn fd_write(
    mut caller: Caller<'_, Call>,
    descriptor: u32,
    buffers: u32,
    count: u32,
    written: u32,
) -> Result<Errno, Error> {
    if !STREAMS.contains(&descriptor) {
        return Ok(BAD_DESCRIPTOR);
    }
    let list = read(&caller, buffers, count.saturating_mul(8))?;
    let mut text = Vec::new();
    let (buffers, _) = list.as_chunks::<8>();
    for [a, b, c, d, e, f, g, h] in buffers {
        let (at, length) = (
            u32::from_le_bytes([*a, *b, *c, *d]),
            u32::from_le_bytes([*e, *f, *g, *h]),
        );
        text.extend(read(&caller, at, length)?);
    }
    // What nobody can read is lost: the verdict is not.
    let _ = write!(io::stderr(), "{}", String::from_utf8_lossy(&text));
    let length = u32::try_from(text.len()).map_err(|error| Error::new(error.to_string()))?;
    write(&mut caller, written, &length.to_le_bytes())?;
    Ok(SUCCESS)
}

fn random_get(mut caller: Caller<'_, Call>, at: u32, length: u32) -> Result<Errno, Error> {
    let mut bytes = read(&caller, at, length)?;
    if getrandom::fill(&mut bytes).is_err() {
        return Ok(INPUT_OUTPUT);
    }
    write(&mut caller, at, &bytes)?;
    Ok(SUCCESS)
}
