// A waPC host for one module: each call gets a fresh instance, as in Kubewarden's policy server. WASI is what the two modules
// import, and no more; test/playground.test.mjs holds the answers to those of the native host.

const text = new TextDecoder();
const bytes = new TextEncoder();

/** Thrown where the guest answers with an error, or traps. */
export class GuestError extends Error {}

/**
 * Calls an operation of a waPC guest.
 * @param {WebAssembly.Module} module
 * @param {string} operation
 * @param {Uint8Array} payload
 * @param {(binding: string, namespace: string, operation: string, payload: Uint8Array) => Uint8Array} hostCall
 *   Answers what the guest asks; what it throws goes to the guest as an error.
 * @returns {Uint8Array} the guest's answer
 */
export function call(module, operation, payload, hostCall) {
  const name = bytes.encode(operation);
  let memory;
  let response = null;
  let error = null;
  let hostResponse = new Uint8Array();
  let hostError = new Uint8Array();
  const read = (at, length) => new Uint8Array(memory.buffer, at, length).slice();
  const write = (at, content) => new Uint8Array(memory.buffer).set(content, at);
  const wapc = {
    __guest_request(operationAt, payloadAt) {
      write(operationAt, name);
      write(payloadAt, payload);
    },
    __guest_response(at, length) {
      response = read(at, length);
    },
    __guest_error(at, length) {
      error = text.decode(read(at, length));
    },
    __host_call(bindingAt, bindingLength, namespaceAt, namespaceLength, operationAt, operationLength, at, length) {
      const string = (from, size) => text.decode(read(from, size));
      try {
        hostResponse = hostCall(
          string(bindingAt, bindingLength),
          string(namespaceAt, namespaceLength),
          string(operationAt, operationLength),
          read(at, length),
        );
        return 1;
      } catch (reason) {
        hostError = bytes.encode(String(reason.message ?? reason));
        return 0;
      }
    },
    __host_response_len: () => hostResponse.length,
    __host_response: (at) => write(at, hostResponse),
    __host_error_len: () => hostError.length,
    __host_error: (at) => write(at, hostError),
  };
  const words = () => new DataView(memory.buffer);
  const wasi = {
    // The seed of hash maps.
    random_get(at, length) {
      // At most 65 536 bytes at a time.
      for (let from = 0; from < length; from += 65536) {
        write(at + from, crypto.getRandomValues(new Uint8Array(Math.min(65536, length - from))));
      }
      return 0;
    },
    environ_sizes_get(countAt, sizeAt) {
      words().setUint32(countAt, 0, true);
      words().setUint32(sizeAt, 0, true);
      return 0;
    },
    environ_get: () => 0,
    // What a panic prints.
    fd_write(_file, vectorsAt, count, writtenAt) {
      let written = 0;
      for (let index = 0; index < count; index += 1) {
        const at = words().getUint32(vectorsAt + 8 * index, true);
        const length = words().getUint32(vectorsAt + 8 * index + 4, true);
        console.warn(text.decode(read(at, length)));
        written += length;
      }
      words().setUint32(writtenAt, written, true);
      return 0;
    },
    proc_exit(code) {
      throw new GuestError(`the module has exited with code ${code}`);
    },
  };
  let isAnswered;
  try {
    const instance = new WebAssembly.Instance(module, { wapc, wasi_snapshot_preview1: wasi });
    memory = instance.exports.memory;
    instance.exports.wapc_init();
    isAnswered = instance.exports.__guest_call(name.length, payload.length) === 1;
  } catch (reason) {
    throw reason instanceof GuestError ? reason : new GuestError(`the module has trapped: ${reason.message}`);
  }
  if (!isAnswered || response === null) {
    throw new GuestError(error ?? 'the module gives no answer');
  }
  return response;
}
