//! A host that does no more than look at how much memory a guest has taken.

use wasmtime_provider::wasmtime::{Caller, Engine, Extern, Linker, Module, Store};

/// A compiled guest.
pub(crate) struct Guest {
    engine: Engine,
    module: Module,
}

/// What the guest asks the host for.
struct Call {
    operation: &'static [u8],
    payload: Vec<u8>,
}

impl Guest {
    pub(crate) fn new(wasm: &[u8]) -> Self {
        let engine = Engine::default();
        let module = Module::new(&engine, wasm).unwrap();
        Self { engine, module }
    }

    /// The guest's linear memory after `validate` of this payload. It never shrinks, so this is its peak.
    pub(crate) fn memory_mib(&self, payload: &[u8]) -> usize {
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
        memory.data_size(&store).div_ceil(1024 * 1024)
    }
}
