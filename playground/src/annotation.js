// The requests in KubeVirt's annotation, held to its JSON Schema while the settings say nothing: with valid settings the policy
// itself says more.

import { Draft07 } from 'json-schema-library';

import schema from '../../docs/annotation.schema.json';

// One request: of a whole list the validator only says that it does not fit.
const validator = new Draft07({ ...schema.$defs.Request, $defs: schema.$defs });

/** Why the text of an annotation does not fit the schema; empty if it does. */
function faults(text) {
  let list;
  try {
    list = JSON.parse(text);
  } catch (error) {
    return [`must be JSON: ${error.message}`];
  }
  if (!Array.isArray(list)) {
    return list === null ? [] : ['must be a JSON list'];
  }
  return list.flatMap((entry, index) =>
    [entry?.hostPath ?? []].flat().flatMap((request) =>
      request === null ? [] : validator.validate(request).map((fault) => `[${index}].hostPath: ${fault.message}`),
    ),
  );
}

/** How long an annotation may be that is held to the schema, in characters. */
const LIMIT = 2 ** 16;

/** Notes for annotations, `{line, text}` each. */
export function annotationNotes(annotations) {
  const short = annotations.filter(({ text }) => text.length <= LIMIT);
  return short.flatMap(({ line, text }) => faults(text).map((message) => ({ line, message, severity: 'error' })));
}
