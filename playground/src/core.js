// The two modules of the page: the library behind `sidecar-hostpath check`, and the policy that makes its verdicts.

import { call } from './host.js';

const text = new TextDecoder();
const bytes = new TextEncoder();

/** Compiles a module beside the page. */
async function compile(url) {
  const response = await fetch(url);
  if (!response.ok) {
    throw new Error(`cannot load ${url}: ${response.status}`);
  }
  // Not `compileStreaming`: some file servers do not know the type of WebAssembly.
  return WebAssembly.compile(await response.arrayBuffer());
}

/** Loads both modules. */
export async function load() {
  const [library, policy] = await Promise.all([compile('playground.wasm'), compile('policy.wasm')]);
  return new Core(library, policy);
}

export class Core {
  constructor(library, policy) {
    this.library = library;
    this.policy = policy;
  }

  /** What `policy.wasm` answers to a waPC operation. Its log is not shown: the report says more. */
  policyCall(operation, payload) {
    return call(this.policy, operation, payload, () => new Uint8Array());
  }

  /** What the library answers to one of its operations, see crates/playground/src/lib.rs. */
  ask(operation, request) {
    const answer = call(this.library, operation, bytes.encode(JSON.stringify(request)), (_binding, _namespace, asked, payload) =>
      this.policyCall(asked, payload),
    );
    return JSON.parse(text.decode(answer));
  }
}
