//! A host that does no more than look at how much memory a guest has taken, and how much work it has done.

use wasmtime_provider::wasmtime::{Caller, Config, Engine, Extern, Linker, Module, Store};

/// A compiled guest.
pub(crate) struct Guest {
    engine: Engine,
    module: Module,
}

/// What a call has taken.
pub(crate) struct Cost {
    /// The guest's linear memory at the end. It never shrinks, so this is its peak.
    pub(crate) memory_mib: usize,
    /// The instructions that the guest has executed: the same on every machine, busy or not.
    pub(crate) instructions: u64,
}

/// What the guest asks the host for.
struct Call {
    operation: &'static [u8],
    payload: Vec<u8>,
}

impl Guest {
    pub(crate) fn new(wasm: &[u8]) -> Self {
        let engine = Engine::new(Config::new().consume_fuel(true)).unwrap();
        let module = Module::new(&engine, wasm).unwrap();
        Self { engine, module }
    }

    /// The cost of `validate` of this payload.
    pub(crate) fn cost(&self, payload: &[u8]) -> Cost {
        let call = Call {
            operation: b"validate",
            payload: payload.to_vec(),
        };
        let mut linker: Linker<Call> = Linker::new(&self.engine);
        let request = |mut caller: Caller<'_, Call>, operation: u32, payload: u32| {
            let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
                panic!("no memory");
            };
            let (data, call) = memory.data_and_store_mut(&mut caller);
            for (at, bytes) in [(operation, call.operation), (payload, &call.payload)] {
                let at = usize::try_from(at).unwrap();
                data[at..at + bytes.len()].copy_from_slice(bytes);
            }
        };
        linker.func_wrap("wapc", "__guest_request", request).unwrap();
        let mut store = Store::new(&self.engine, call);
        store.set_fuel(u64::MAX).unwrap();
        // Answers, logs and WASI: of no interest here.
        linker
            .define_unknown_imports_as_default_values(&mut store, &self.module)
            .unwrap();
        let instance = linker.instantiate(&mut store, &self.module).unwrap();
        for start in ["_start", "_initialize", "wapc_init"] {
            if let Ok(start) = instance.get_typed_func::<(), ()>(&mut store, start) {
                start.call(&mut store, ()).unwrap();
            }
        }
        let guest_call = instance
            .get_typed_func::<(u32, u32), u32>(&mut store, "__guest_call")
            .unwrap();
        let sizes = ("validate".len(), payload.len());
        let sizes = (u32::try_from(sizes.0).unwrap(), u32::try_from(sizes.1).unwrap());
        assert_eq!(guest_call.call(&mut store, sizes).unwrap(), 1);
        let memory = instance.get_memory(&mut store, "memory").unwrap();
        Cost {
            memory_mib: memory.data_size(&store).div_ceil(1024 * 1024),
            instructions: u64::MAX - store.get_fuel().unwrap(),
        }
    }
}
