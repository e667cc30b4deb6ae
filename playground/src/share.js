// The state of the page, in the fragment of its address and over a reload. Servers never see a fragment.

/** How long the texts of a link may be together, in bytes. A few kilobytes can stand for gigabytes. */
const LIMIT = 2 ** 20;

async function through(stream, content) {
  const parts = [];
  let size = 0;
  const reader = new Blob([content]).stream().pipeThrough(stream).getReader();
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    size += value.length;
    if (size > LIMIT) {
      await reader.cancel();
      throw new Error('too long');
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

const isState = (state) =>
  typeof state === 'object' && state !== null && ['settings', 'manifest', 'namespace'].every((key) => typeof state[key] === 'string');

/** The texts as a fragment. They may be too long for one. */
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
    return isState(state) ? state : null;
  } catch {
    return null;
  }
}

/** Under which name the browser keeps the texts for a reload of the page. */
const KEY = 'texts';

/** Keeps the texts until the tab is closed. */
export function keep(state) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(state));
  } catch {
    // Too long, or forbidden by the browser: a reload then shows an example.
  }
}

/** The texts from before a reload; null where there are none. */
export function kept() {
  try {
    const state = JSON.parse(sessionStorage.getItem(KEY));
    return isState(state) ? state : null;
  } catch {
    return null;
  }
}
