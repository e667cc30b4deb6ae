// The line inside an annotation that a violation is about. YAML folds the lines of the annotation's text, so offsets in the text say
// nothing about lines; but the string literals of its JSON are in the manifest in the same order.

const ANNOTATION = 'hooks.kubevirt.io/hookSidecars';

/** The string literals of a JSON text, in order, each with the path of the member that it names or is the value of. */
export function literals(json) {
  const found = [];
  const around = [];
  const path = () => around.map(({ index, key }) => (index === undefined ? `.${key}` : `[${index}]`)).join('');
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{},]/gs)) {
    const inner = around.at(-1);
    if (token === '[') {
      around.push({ index: 0 });
    } else if (token === '{') {
      around.push({ key: null });
    } else if (token === ']' || token === '}') {
      around.pop();
    } else if (token === ',') {
      if (inner?.index === undefined) {
        inner.key = null;
      } else {
        inner.index += 1;
      }
    } else {
      if (inner?.key === null) {
        inner.key = token.slice(1, -1);
      }
      found.push({ text: token, path: path() });
    }
  }
  return found;
}

/** The number of the literal that a path leads to, or what it is in. */
function ordinal(found, path) {
  for (let sought = path; sought !== ''; sought = sought.replace(/(\.[^.[\]]*|\[\d+\])$/, '')) {
    const at = found.findIndex((literal) => literal.path === sought || literal.path.startsWith(`${sought}.`));
    if (at !== -1) {
      return at;
    }
  }
  return -1;
}

/**
 * The line of a manifest that a violation is about; null where it cannot be told.
 * @param {string} manifest
 * @param {{line: number, text: string}} annotation its first line, and its text
 * @param {string} violation
 */
export function lineInside(manifest, annotation, violation) {
  const field = /\[hooks\.kubevirt\.io\/hookSidecars\]((?:\[\d+\]|\.\w+)+): /.exec(violation)?.[1];
  const found = literals(annotation.text);
  const number = field === undefined ? -1 : ordinal(found, field);
  if (number === -1) {
    return null;
  }
  const below = manifest.split('\n').slice(annotation.line - 1).join('\n');
  const start = below.indexOf(ANNOTATION) + ANNOTATION.length;
  // After the key: its quote, if it has one, and the colon.
  const colon = below.indexOf(':', start) + 1;
  const isQuoted = below.slice(colon).trimStart().startsWith('"');
  const literal = isQuoted ? /\\"(?:(?!\\").)*\\"/gs : /"(?:[^"\\]|\\.)*"/gs;
  literal.lastIndex = colon;
  let match = null;
  for (let count = 0; count <= number; count += 1) {
    match = literal.exec(below);
    if (match === null) {
      return null;
    }
  }
  const isSame = match[0].replaceAll('\\"', '"') === found[number].text;
  return isSame ? annotation.line + below.slice(0, match.index).split('\n').length - 1 : null;
}
