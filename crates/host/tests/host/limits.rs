//! What a call may take, and what it has taken.

use checker::policy::CallError;
use host::{Cost, Engine, Limits};
use rstest::rstest;

use crate::guest::{Does, policy, with_init};

/// Small enough to be reached at once.
const SMALL: Limits = Limits {
    fuel: 3_000_000,
    memory: 2 << 20,
};

fn call(wasm: &[u8], limits: Limits) -> Result<Vec<u8>, CallError> {
    Engine::new(wasm)
        .unwrap()
        .with_limits(limits)
        .call("validate", b"")
}

#[rstest]
#[case::in_the_call(policy(Does::Loops))]
#[case::in_the_initialisation(with_init(Does::Loops))]
fn an_endless_loop_ends(#[case] wasm: Vec<u8>) {
    let error = call(&wasm, SMALL).unwrap_err();
    assert_eq!(error, CallError::OutOfFuel { fuel: 3_000_000 });
    assert_eq!(
        error.to_string(),
        "Policy execution interrupted: it took more than 3 million units of fuel, about an instruction each"
    );
}

#[rstest]
#[case::in_the_call(policy(Does::Allocates))]
#[case::in_the_initialisation(with_init(Does::Allocates))]
#[case::at_once(wat::parse_str(
    r#"(module (memory (export "memory") 33) (func (export "__guest_call") (param i32 i32) (result i32) (i32.const 0)))"#
).unwrap())]
fn memory_has_an_end(#[case] wasm: Vec<u8>) {
    let limits = Limits {
        memory: SMALL.memory,
        ..Limits::POLICY_SERVER
    };
    let error = call(&wasm, limits).unwrap_err();
    assert_eq!(error, CallError::OutOfMemory { memory: 2 << 20 });
    assert_eq!(
        error.to_string(),
        "Policy execution interrupted: it needs more than 2 MiB of memory"
    );
}

#[test]
fn what_a_call_has_taken_is_the_same_each_time() {
    let wasm = wat::parse_str(
        r#"(module
             (import "wapc" "__guest_response" (func $response (param i32 i32)))
             (memory (export "memory") 1)
             (func (export "__guest_call") (param i32 i32) (result i32)
               (drop (memory.grow (i32.const 2)))
               (memory.fill (i32.const 0) (i32.const 97) (i32.const 1000))
               (call $response (i32.const 0) (i32.const 2))
               (i32.const 1)))"#,
    )
    .unwrap();
    let engine = Engine::new(&wasm).unwrap();
    for _ in 0..2 {
        let (answer, cost) = engine.measure("validate", b"");
        assert_eq!(answer, Ok(b"aa".to_vec()));
        let expected = Cost {
            // The nine that are not control flow, a call, and what is done by the byte.
            fuel: 11 + 1000 + (2 << 16),
            memory: 3 << 16,
        };
        assert_eq!(cost, Some(expected));
    }
}

#[test]
fn a_call_that_fails_has_a_cost_too() {
    let engine = Engine::new(&policy(Does::Loops)).unwrap().with_limits(SMALL);
    let (_, cost) = engine.measure("validate", b"");
    assert_eq!(cost.map(|cost| cost.memory), Some(4 << 16));
}
