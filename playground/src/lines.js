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

/** The number of the literal that steps lead to, or what it is in. */
function ordinal(found, steps) {
  const path = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`));
  for (let count = path.length; count > 0; count -= 1) {
    const sought = path.slice(0, count).join('');
    const at = found.findIndex((literal) => literal.path === sought || literal.path.startsWith(`${sought}.`));
    if (at !== -1) {
      return at;
    }
  }
  return -1;
}

/** The literals of an annotation as the manifest writes them, each with its line. */
function written(manifest, line) {
  const below = manifest.split('\n').slice(line - 1).join('\n');
  // After the key: its quote, if it has one, and the colon.
  const colon = below.indexOf(':', below.indexOf(ANNOTATION) + ANNOTATION.length) + 1;
  const isQuoted = below.slice(colon).trimStart().startsWith('"');
  const literal = isQuoted ? /\\"(?:(?!\\").)*\\"/gs : /"(?:[^"\\]|\\.)*"/gs;
  let at = 0;
  let number = line;
  return Array.from(below.slice(colon).matchAll(literal), (match) => {
    const index = match.index + colon;
    number += below.slice(at, index).split('\n').length - 1;
    at = index;
    return { text: match[0].replaceAll('\\"', '"'), line: number };
  });
}

/**
 * The lines of a manifest that violations are about; null where a line cannot be told.
 * @param {string} manifest
 * @param {{line: number, text: string}} annotation its first line, and its text
 * @param {(null | (string | number)[])[]} places the steps that lead from the top of the annotation to each violation's place
 */
export function linesInside(manifest, annotation, places) {
  const found = literals(annotation.text);
  const lines = written(manifest, annotation.line);
  return places.map((steps) => {
    const number = steps === null ? -1 : ordinal(found, steps);
    return number !== -1 && lines[number]?.text === found[number].text ? lines[number].line : null;
  });
}

/** The lines of the violations of each result: inside the annotation, the annotation's first, or else the object's. */
export function violationLines(answer, manifest) {
  const annotations = new Map(answer.annotations.map((annotation) => [annotation.result, annotation]));
  return answer.report.results.map((result, index) => {
    const annotation = annotations.get(index);
    const found = answer.violations[index];
    const inside = annotation === undefined ? [] : linesInside(manifest, annotation, found.map(({ steps }) => steps));
    return found.map(({ inAnnotation }, number) =>
      inAnnotation ? (inside[number] ?? result.annotationLine ?? result.line) : result.line,
    );
  });
}
