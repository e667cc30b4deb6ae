// The state of the page in the fragment of its address. Servers never see a fragment.

async function through(stream, content) {
  const piped = new Blob([content]).stream().pipeThrough(stream);
  return new Uint8Array(await new Response(piped).arrayBuffer());
}

/** The texts as a fragment. */
export async function toFragment(state) {
  const packed = await through(new CompressionStream('deflate-raw'), JSON.stringify(state));
  let binary = '';
  for (const byte of packed) {
    binary += String.fromCharCode(byte);
  }
  return `#s=${btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
}

/** The texts of a fragment; null where it holds none, or is damaged. */
export async function fromFragment(fragment) {
  if (!fragment.startsWith('#s=')) {
    return null;
  }
  try {
    const binary = atob(fragment.slice(3).replaceAll('-', '+').replaceAll('_', '/'));
    const packed = Uint8Array.from(binary, (character) => character.charCodeAt(0));
    const state = JSON.parse(new TextDecoder().decode(await through(new DecompressionStream('deflate-raw'), packed)));
    const isText = (value) => typeof value === 'string';
    return isText(state.settings) && isText(state.manifest) && isText(state.namespace) ? state : null;
  } catch {
    return null;
  }
}
