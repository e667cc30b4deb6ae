//! What a call may take, and what it has taken.

/// What a call may take, its start included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Of [`Cost::fuel`].
    pub fuel: u64,
    /// The guest's memory in bytes.
    pub memory: usize,
}

impl Limits {
    /// In place of policy-server's, which stops an evaluation at 256 MiB of memory, and after two seconds. In these wasmtime executes
    /// what takes as much fuel as this, on a slow machine.
    pub const POLICY_SERVER: Self = Self {
        fuel: 20_000_000_000,
        memory: 256 << 20,
    };
}

/// What a call has taken, its start included: the same on every machine, busy or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// wasmi's fuel. Each instruction takes one unit, but those of a block are paid for when it is entered, whether or not it is left
    /// before its end; what is done to memory takes a unit for each byte. wasmtime's fuel counts the instructions that are executed: for
    /// `policy.wasm`, this is 1.1 to 5 times that.
    pub fuel: u64,
    /// The guest's memory at the end, in bytes. It never shrinks, so this is its peak.
    pub memory: usize,
}
