//! A waPC host as policy-server runs it: the same crates, a fresh instance for each call, the same limits.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use host::{Limits, LogSink};
use wapc::WapcHost;
use wasmtime_provider::{
    EpochDeadlines, ResourceLimits, WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre, wasmtime,
};

use crate::Error;

/// How often the clock of running instances moves on.
const TICK: Duration = Duration::from_millis(10);

/// policy-server's default of two seconds, once for the start of an instance and once for the call.
const DEADLINE_TICKS: u64 = 200;

/// A compiled module, ready to be called.
pub struct Engine {
    instances: WasmtimeEngineProviderPre,
    log: LogSink,
}

impl Engine {
    /// Compiles the module, whose log lines go to `log`.
    pub fn new(wasm: &[u8], log: LogSink) -> Result<Self, Error> {
        let mut config = wasmtime::Config::new();
        config.wasm_function_references(true);
        config.epoch_interruption(true);
        let engine = wasmtime::Engine::new(&config)?;
        let module = wasmtime::Module::from_binary(&engine, wasm)?;
        let limits = ResourceLimits {
            max_memory_size: Some(Limits::POLICY_SERVER.memory),
            max_table_elements: None,
        };
        let instances = WasmtimeEngineProviderBuilder::new()
            .engine(engine.clone())
            .module(module)
            .enable_resource_limits(limits)
            .build_pre()?;
        start_clock(&engine)?;
        Ok(Self { instances, log })
    }

    /// Makes an instance, as policy-server does for each request.
    pub fn start(&self) -> Result<Instance, Error> {
        let deadlines = EpochDeadlines {
            wapc_init: DEADLINE_TICKS,
            wapc_func: DEADLINE_TICKS,
        };
        let instance = self.instances.rehydrate(Some(deadlines))?;
        let log = Arc::clone(&self.log);
        let callback = move |_id: u64, binding: &str, namespace: &str, operation: &str, payload: &[u8]| {
            host::answer(&log, binding, namespace, operation, payload).map_err(Into::into)
        };
        Ok(Instance(WapcHost::new(
            Box::new(instance),
            Some(Box::new(callback)),
        )?))
    }

    /// Calls the operation in a fresh instance.
    pub fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, Error> {
        self.start()?.call(operation, payload)
    }
}

/// A running module.
pub struct Instance(WapcHost);

impl Instance {
    /// Calls the operation.
    pub fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, Error> {
        Ok(self.0.call(operation, payload)?)
    }
}

/// Moves the clock on for as long as the engine lives.
fn start_clock(engine: &wasmtime::Engine) -> Result<(), Error> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new().name("clock".to_owned()).spawn(tick)?;
    Ok(())
}
