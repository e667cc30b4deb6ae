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

  #ask(operation, request) {
    const answer = call(this.library, operation, bytes.encode(JSON.stringify(request)), (_binding, _namespace, asked, payload) =>
      this.policyCall(asked, payload),
    );
    return JSON.parse(text.decode(answer));
  }

  /** The report of `sidecar-hostpath check -o json`, and what belongs to it: see crates/playground/src/check.rs. */
  check({ settings, manifest, namespace = null, file = 'manifest.yaml' }) {
    return this.#ask('check', { settings, manifest, namespace, file });
  }

  /** The document of `sidecar-hostpath explain -o json`, with the steps: see crates/playground/src/explain.rs. */
  explain({ settings, path, type, container, namespace = null, readOnly = true, shares = false }) {
    return this.#ask('explain', { settings, path, type, container, namespace, readOnly, shares });
  }
}
