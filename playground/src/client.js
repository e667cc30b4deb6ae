// The page's side of worker.js: one question after another, each with a time limit.

/** How long the modules may take for an answer, in milliseconds. */
const LIMIT = 5000;
/** How long they may take to be loaded. */
const LOAD_LIMIT = 60_000;

export class Client {
  #worker = null;
  #asked = 0;
  #waiting = new Map();

  /** How long an answer may take, in milliseconds. */
  limit = LIMIT;

  /** Starts the worker, and loads the modules. */
  async start() {
    this.#worker = new Worker('worker.js', { type: 'module' });
    this.#worker.onmessage = ({ data: { id, answer, error } }) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) {
        waiting?.resolve(answer);
      } else {
        waiting?.reject(new Error(error));
      }
    };
    this.#worker.onerror = (event) => this.#fail(new Error(event.message ?? 'the worker of the page cannot be loaded'));
    await this.#post('load', null, LOAD_LIMIT);
  }

  #fail(reason) {
    for (const { reject } of this.#waiting.values()) {
      reject(reason);
    }
    this.#waiting.clear();
  }

  #post(operation, request, limit) {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // A module cannot be interrupted, only ended. The next question gets a new one.
        this.#worker.terminate();
        this.#worker = null;
        this.#fail(new Error(`it takes longer than ${limit / 1000} seconds`));
      }, limit);
      const done = (settle) => (value) => {
        clearTimeout(timer);
        settle(value);
      };
      this.#waiting.set(id, { resolve: done(resolve), reject: done(reject) });
      this.#worker.postMessage({ id, operation, request });
    });
  }

  async #ask(operation, request) {
    if (this.#worker === null) {
      await this.start();
    }
    return this.#post(operation, request, this.limit);
  }

  /** What `policy.wasm` answers to a waPC operation. */
  policyCall(operation, payload) {
    return this.#ask('policy', { operation, payload });
  }

  /** The report of `sidecar-hostpath check -o json`, and what belongs to it: see crates/playground/src/check.rs. */
  check({ settings, manifest, namespace = null, file = 'manifest.yaml' }) {
    return this.#ask('check', { settings, manifest, namespace, file });
  }

  /** The document of `sidecar-hostpath explain -o json`, with the steps: see crates/playground/src/explain.rs. */
  explain({ settings, path, type, container, namespace = null, readOnly = true, shares = false }) {
    return this.#ask('explain', { settings, path, type, container, namespace, readOnly, shares });
  }

  /** Who can see a path, or all that the settings permit: see crates/playground/src/who.rs. */
  who({ settings, path = null }) {
    return this.#ask('who', { settings, path });
  }

  /** What a change of settings does: see crates/playground/src/compare.rs. */
  compare({ settings, against }) {
    return this.#ask('compare', { settings, against });
  }
}
