//! How many wasm instructions an evaluation takes: the same on every machine and in every run, so the smallest change
//! shows. This is wasmtime's fuel: an instruction each, copying memory by the byte.

use serde::{Deserialize, Serialize};
use wasmtime_provider::wasmtime::{self, Caller, Config, Engine, Extern, Linker, Memory, Module, Store};

use crate::Error;

/// No evaluation comes near this.
const PLENTY: u64 = u64::MAX / 2;

/// The host's side of one call.
struct Call {
    operation: &'static [u8],
    payload: Vec<u8>,
    answer: Vec<u8>,
}

/// The instructions of an evaluation in a fresh instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instructions {
    /// `wapc_init`.
    pub start: u64,
    /// The call of `validate`.
    pub call: u64,
}

impl Instructions {
    /// Both.
    #[must_use]
    pub fn all(self) -> u64 {
        self.start.saturating_add(self.call)
    }
}

/// Counts the instructions of `validate`.
pub fn count(module: &[u8], payload: &[u8]) -> Result<Instructions, Error> {
    Counter::new(module)?.count(payload)
}

/// A module, compiled to be counted.
pub struct Counter {
    engine: Engine,
    module: Module,
}

impl Counter {
    /// Compiles the module.
    pub fn new(module: &[u8]) -> Result<Self, Error> {
        let mut config = Config::new();
        config.consume_fuel(true);
        let engine = Engine::new(&config)?;
        let module = Module::from_binary(&engine, module)?;
        Ok(Self { engine, module })
    }

    /// Counts the instructions of `validate`.
    pub fn count(&self, payload: &[u8]) -> Result<Instructions, Error> {
        count_in(&self.engine, &self.module, payload)
    }
}

fn count_in(engine: &Engine, module: &Module, payload: &[u8]) -> Result<Instructions, Error> {
    let call = Call {
        operation: b"validate",
        payload: payload.to_vec(),
        answer: Vec::new(),
    };
    let mut store = Store::new(engine, call);
    let mut linker = Linker::new(engine);
    add_wapc(&mut linker)?;
    // WASI: nothing a policy needs, except for "random" numbers, which are zero here.
    linker.define_unknown_imports_as_default_values(&mut store, module)?;
    store.set_fuel(PLENTY)?;
    let instance = linker.instantiate(&mut store, module)?;
    if let Ok(start) = instance.get_typed_func::<(), ()>(&mut store, "_start") {
        start.call(&mut store, ())?;
    }
    instance
        .get_typed_func::<(), ()>(&mut store, "wapc_init")?
        .call(&mut store, ())?;
    let started = store.get_fuel()?;
    let lengths = (
        i32::try_from(store.data().operation.len())?,
        i32::try_from(payload.len())?,
    );
    let ok = instance
        .get_typed_func::<(i32, i32), i32>(&mut store, "__guest_call")?
        .call(&mut store, lengths)?;
    let answered = store.get_fuel()?;
    if ok != 1 || store.data().answer.is_empty() {
        return Err("the guest did not answer".into());
    }
    Ok(Instructions {
        start: PLENTY.saturating_sub(started),
        call: started.saturating_sub(answered),
    })
}

/// The functions of waPC. What the guest asks of the host, which is a line of the log, is granted and answered with
/// nothing.
fn add_wapc(linker: &mut Linker<Call>) -> Result<(), Error> {
    linker.func_wrap(
        "wapc",
        "__guest_request",
        |mut caller: Caller<'_, Call>, operation: u32, payload: u32| {
            let memory = memory(&mut caller)?;
            let (bytes, call) = memory.data_and_store_mut(&mut caller);
            write(bytes, operation, call.operation)?;
            write(bytes, payload, &call.payload)
        },
    )?;
    linker.func_wrap(
        "wapc",
        "__guest_response",
        |mut caller: Caller<'_, Call>, at: u32, length: u32| {
            let memory = memory(&mut caller)?;
            let (bytes, call) = memory.data_and_store_mut(&mut caller);
            let (at, length) = (usize::try_from(at)?, usize::try_from(length)?);
            let answer = bytes.get(at..).and_then(|bytes| bytes.get(..length));
            call.answer = answer.ok_or_else(out_of_bounds)?.to_vec();
            wasmtime::Result::Ok(())
        },
    )?;
    linker.func_wrap(
        "wapc",
        "__host_call",
        |_: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32, _: i32| 1,
    )?;
    Ok(())
}

fn memory(caller: &mut Caller<'_, Call>) -> wasmtime::Result<Memory> {
    let memory = caller.get_export("memory").and_then(Extern::into_memory);
    memory.ok_or_else(|| wasmtime::Error::msg("the guest has no memory"))
}

fn write(memory: &mut [u8], at: u32, bytes: &[u8]) -> wasmtime::Result<()> {
    let place = memory.get_mut(usize::try_from(at)?..);
    let place = place.and_then(|place| place.get_mut(..bytes.len()));
    place.ok_or_else(out_of_bounds)?.copy_from_slice(bytes);
    Ok(())
}

fn out_of_bounds() -> wasmtime::Error {
    wasmtime::Error::msg("the guest points outside of its memory")
}
