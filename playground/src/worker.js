// Where both modules run, so that the page can end what takes too long: see client.js.

import { load } from './core.js';

const loaded = load();

addEventListener('message', async ({ data: { id, operation, request } }) => {
  try {
    const core = await loaded;
    const answer =
      operation === 'policy'
        ? core.policyCall(request.operation, request.payload)
        : operation === 'load'
          ? null
          : core.ask(operation, request);
    postMessage({ id, answer });
  } catch (error) {
    postMessage({ id, error: error.message });
  }
});
