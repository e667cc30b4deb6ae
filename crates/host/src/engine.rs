//! A module, ready to be called.

use std::sync::Arc;

use checker::policy::{CallError, Policy};
use wasmi::{
    Config, CustomFuelCosts, Engine as Wasmi, Error, ExternType, ImportType, Instance, Linker, Module, Store,
    StoreLimitsBuilder,
};

use crate::call::Call;
use crate::error::{LoadError, call_error};
use crate::limits::{Cost, Limits};
use crate::log::{LogSink, log_to_stderr};
use crate::{wapc, wasi};

/// What wasmi does once a module, when a function is called first, is no work of the guest's: it takes nothing.
const FUEL: CustomFuelCosts = CustomFuelCosts {
    bytes_copied_per_fuel: 1,
    fuel_per_bytes_translated: 0,
    fuel_per_bytes_validated: 0,
};

/// What a host calls before anything else, where a module has it.
const STARTS: [&str; 2] = ["_start", "wapc_init"];

/// What answers an operation.
const GUEST_CALL: &str = "__guest_call";

/// A module, ready to be called.
pub struct Engine {
    module: Module,
    linker: Linker<Call>,
    limits: Limits,
    log: LogSink,
}

impl Engine {
    /// Reads the module, whose log lines go to standard error.
    ///
    /// # Errors
    ///
    /// The bytes are no WebAssembly module, or one that this host cannot run.
    pub fn new(wasm: &[u8]) -> Result<Self, LoadError> {
        Self::with_log(wasm, log_to_stderr())
    }

    /// Reads the module, whose log lines go to `log`.
    ///
    /// # Errors
    ///
    /// As [`Engine::new`].
    pub fn with_log(wasm: &[u8], log: LogSink) -> Result<Self, LoadError> {
        // Without this, text would be "unexpected bytes at offset 0".
        if !wasm.starts_with(b"\0asm") {
            return Err(LoadError::NoModule);
        }
        let mut config = Config::default();
        config.consume_fuel(true).fuel_cost(FUEL).wasm_multi_memory(false);
        let engine = Wasmi::new(&config);
        let module = Module::new(&engine, wasm).map_err(LoadError::Invalid)?;
        let linker = linker(&engine, &module)?;
        for name in [GUEST_CALL, "memory"] {
            module.get_export(name).ok_or(LoadError::Export(name))?;
        }
        Ok(Self {
            module,
            linker,
            limits: Limits::POLICY_SERVER,
            log,
        })
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Calls the operation in a fresh instance, as policy-server does for each request.
    ///
    /// # Errors
    ///
    /// The guest does not start, answers with an error, traps, or reaches a limit.
    pub fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        self.measure(operation, payload).0
    }

    /// The same, with what it has taken. `None`: there was no instance.
    ///
    /// # Errors
    ///
    /// As [`Engine::call`].
    pub fn measure(&self, operation: &str, payload: &[u8]) -> (Result<Vec<u8>, CallError>, Option<Cost>) {
        let mut store = self.store(operation, payload);
        let instance = match self.start(&mut store) {
            Ok(instance) => instance,
            Err(error) => return (Err(error), None),
        };
        let answer = self.ask(&mut store, instance);
        let cost = store.get_fuel().ok().and_then(|left| {
            Some(Cost {
                fuel: self.limits.fuel.saturating_sub(left),
                memory: instance.get_memory(&store, "memory")?.data_size(&store),
            })
        });
        (answer, cost)
    }

    fn store(&self, operation: &str, payload: &[u8]) -> Store<Call> {
        // A table has elements of a few bytes; a module needs as many as it has functions.
        let limits = StoreLimitsBuilder::new()
            .memory_size(self.limits.memory)
            .table_elements(self.limits.memory / 64)
            .trap_on_grow_failure(true)
            .build();
        let call = Call {
            operation: operation.to_owned(),
            payload: payload.to_vec(),
            response: None,
            error: None,
            host: Ok(Vec::new()),
            log: Arc::clone(&self.log),
            limits,
        };
        let mut store = Store::new(self.module.engine(), call);
        store.limiter(|call| &mut call.limits);
        store
    }

    fn start(&self, store: &mut Store<Call>) -> Result<Instance, CallError> {
        let failed = |error: &Error| call_error(error, self.limits, CallError::Start);
        store.set_fuel(self.limits.fuel).map_err(|error| failed(&error))?;
        let instance = self
            .linker
            .instantiate_and_start(&mut *store, &self.module)
            .map_err(|error| failed(&error))?;
        for name in STARTS {
            let Some(start) = instance.get_func(&*store, name) else {
                continue;
            };
            let start = start.typed::<(), ()>(&*store).map_err(|error| failed(&error))?;
            match start.call(&mut *store, ()) {
                // TinyGo's `main` ends so.
                Err(error) if error.i32_exit_status() == Some(0) => {}
                ended => ended.map_err(|error| failed(&error))?,
            }
        }
        Ok(instance)
    }

    fn ask(&self, store: &mut Store<Call>, instance: Instance) -> Result<Vec<u8>, CallError> {
        let failed = |error: &Error| call_error(error, self.limits, CallError::Guest);
        let length = |bytes: &[u8]| {
            u32::try_from(bytes.len())
                .map_err(|_| CallError::Guest("the payload is larger than any memory".to_owned()))
        };
        let lengths = (
            length(store.data().operation.as_bytes())?,
            length(&store.data().payload)?,
        );
        let is_ok = instance
            .get_typed_func::<(u32, u32), u32>(&*store, GUEST_CALL)
            .and_then(|guest_call| guest_call.call(&mut *store, lengths))
            .map_err(|error| failed(&error))?;
        let Call { response, error, .. } = store.data_mut();
        match (is_ok, response.take(), error.take()) {
            (1.., Some(response), _) => Ok(response),
            (_, _, Some(error)) => Err(CallError::Guest(error)),
            (0, _, None) => Err(CallError::Guest("the policy gives no reason".to_owned())),
            (1.., None, None) => Err(CallError::Guest("the policy gives no answer".to_owned())),
        }
    }
}

impl Policy for Engine {
    fn call(&self, operation: &str, payload: &[u8]) -> Result<Vec<u8>, CallError> {
        Engine::call(self, operation, payload)
    }
}

/// All that this module may ask for.
fn linker(engine: &Wasmi, module: &Module) -> Result<Linker<Call>, LoadError> {
    let mut linker = Linker::new(engine);
    wapc::define(&mut linker)?;
    wasi::define(&mut linker)?;
    for import in module.imports() {
        match import.ty() {
            ExternType::Func(_) if is_defined(&import) => {}
            ExternType::Func(kind)
                if import.module() == wasi::MODULE && wasi::is_not_implemented(import.name(), kind) =>
            {
                // A module may import the same twice.
                linker.allow_shadowing(true).func_new(
                    wasi::MODULE,
                    import.name(),
                    kind.clone(),
                    wasi::not_implemented,
                )?;
            }
            _ => {
                return Err(LoadError::Import {
                    module: import.module().to_owned(),
                    name: import.name().to_owned(),
                });
            }
        }
    }
    Ok(linker)
}

fn is_defined(import: &ImportType<'_>) -> bool {
    match import.module() {
        wapc::MODULE => wapc::NAMES.contains(&import.name()),
        wasi::MODULE => wasi::NAMES.contains(&import.name()),
        _ => false,
    }
}
