//! A waPC host as policy-server runs it: the same crates, a fresh instance for each call, the same time limit.

use std::error::Error as StdError;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::{Map, Value};
use wapc::WapcHost;
use wapc::errors::Error as WapcError;
use wasmtime_provider::{EpochDeadlines, WasmtimeEngineProviderBuilder, WasmtimeEngineProviderPre, wasmtime};

use crate::engine::{CallError, LoadError, LogSink, log_to_stderr};
use crate::printing::escape::one_line;

/// How often the clock of running instances moves on.
const TICK: Duration = Duration::from_millis(10);

/// policy-server's default of two seconds, once for the start of an instance and once for the call.
const DEADLINE_TICKS: u64 = 200;

/// What wasmtime-provider says when a deadline has passed, at the start or in the call: it has no error of its own.
const DEADLINE_WORDS: &str = "interrupted, execution deadline exceeded";

/// A compiled module, ready to be called.
pub struct Engine {
    instances: WasmtimeEngineProviderPre,
    log: LogSink,
}

impl Engine {
    /// Compiles the module, whose log lines go to standard error.
    pub fn new(wasm: &[u8]) -> Result<Self, LoadError> {
        Self::with_log(wasm, log_to_stderr())
    }

    /// Compiles the module, whose log lines go to `log`.
    pub fn with_log(wasm: &[u8], log: LogSink) -> Result<Self, LoadError> {
        // wasmtime's own words for it fill a dozen lines.
        if !wasm.starts_with(b"\0asm") {
            return Err(LoadError("no WebAssembly module".to_owned()));
        }
        let mut config = wasmtime::Config::new();
        config.wasm_function_references(true);
        config.epoch_interruption(true);
        // `{:#}`: wasmtime keeps the reason in the chain below its first message.
        let engine = wasmtime::Engine::new(&config).map_err(|error| LoadError(format!("{error:#}")))?;
        let module =
            wasmtime::Module::from_binary(&engine, wasm).map_err(|error| LoadError(format!("{error:#}")))?;
        let instances = WasmtimeEngineProviderBuilder::new()
            .engine(engine.clone())
            .module(module)
            .build_pre()
            .map_err(|error| LoadError(format!("{error:#}")))?;
        start_clock(&engine)?;
        Ok(Self { instances, log })
    }

    /// Makes an instance, as policy-server does for each request.
    pub fn start(&self) -> Result<Instance, CallError> {
        let deadlines = EpochDeadlines {
            wapc_init: DEADLINE_TICKS,
            wapc_func: DEADLINE_TICKS,
        };
        let instance = self
            .instances
            .rehydrate(Some(deadlines))
            .map_err(|error| CallError::Start(error.to_string()))?;
        let log = Arc::clone(&self.log);
        let callback = move |_id: u64, binding: &str, namespace: &str, operation: &str, payload: &[u8]| {
            answer_guest(&log, binding, namespace, operation, payload)
        };
        WapcHost::new(Box::new(instance), Some(Box::new(callback)))
            .map(Instance)
            .map_err(call_error)
    }

    /// Calls the operation in a fresh instance.
    pub fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        self.start()?.call(operation, payload)
    }
}

/// A running module.
pub struct Instance(WapcHost);

impl Instance {
    /// Calls the operation.
    pub fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        self.0.call(operation, payload).map_err(call_error)
    }
}

/// Moves the clock on for as long as the engine lives.
fn start_clock(engine: &wasmtime::Engine) -> Result<(), LoadError> {
    let engine = engine.weak();
    let tick = move || {
        while let Some(engine) = engine.upgrade() {
            engine.increment_epoch();
            drop(engine);
            thread::sleep(TICK);
        }
    };
    thread::Builder::new()
        .name("clock".to_owned())
        .spawn(tick)
        .map(drop)
        .map_err(|error| LoadError(format!("cannot start the clock: {error}")))
}

fn call_error(error: WapcError) -> CallError {
    match error {
        WapcError::InitFailed(message) | WapcError::GuestCallFailure(message)
            if message.ends_with(DEADLINE_WORDS) =>
        {
            CallError::Deadline
        }
        WapcError::GuestCallFailure(message) => CallError::Guest(message),
        WapcError::InitFailed(message) => CallError::Start(message),
        other => CallError::Start(other.to_string()),
    }
}

/// The host's side of a call by the guest. An error here would make the SDK's logger panic, so a log entry is always
/// taken, in any form.
fn answer_guest(
    log: &LogSink,
    binding: &str,
    namespace: &str,
    operation: &str,
    payload: &[u8],
) -> Result<Vec<u8>, Box<dyn StdError + Send + Sync>> {
    match (binding, namespace, operation) {
        ("kubewarden", "tracing", "log") => {
            log(&log_line(payload));
            Ok(Vec::new())
        }
        ("kubewarden", _, _) => {
            Err(format!("host capability {namespace}/{operation} is not available").into())
        }
        _ => Err(format!("unknown binding: {binding}").into()),
    }
}

/// Where in the policy's source the line was written: of no use to those who run it.
const SOURCE: [&str; 3] = ["file", "line", "column"];

/// `INFO the message key="value" other=1`, always one line.
fn log_line(payload: &[u8]) -> String {
    let Ok(mut fields) = serde_json::from_slice::<Map<String, Value>>(payload) else {
        return one_line(&String::from_utf8_lossy(payload));
    };
    let mut text = |name: &str| match fields.remove(name) {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let level = text("level").to_uppercase();
    let message = text("message");
    fields.retain(|name, _| !SOURCE.contains(&name.as_str()));
    let mut words = vec![level, message];
    words.extend(fields.iter().map(|(name, value)| format!("{name}={value}")));
    words.retain(|word| !word.is_empty());
    one_line(&words.join(" "))
}
