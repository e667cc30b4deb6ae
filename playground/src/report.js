// What the policy decides, as HTML. Text goes in as text, never as markup.

import { unifiedMergeView } from '@codemirror/merge';
import { yaml } from '@codemirror/lang-yaml';
import { EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { stringify } from 'yaml';

import { darkTheme, lightTheme } from './theme.js';

/** An element with attributes and children; strings become text. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) {
      made.addEventListener(key.slice(2), value);
    } else if (value !== null && value !== undefined) {
      made.setAttribute(key, value);
    }
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

const VERDICTS = { accepted: 'Accepted', rejected: 'Rejected', skipped: 'Not judged' };

/** A line of a report that leads to a line of an editor. */
function toLine(line, goTo, text) {
  return element('button', { type: 'button', class: 'line', onclick: () => goTo(line) }, text);
}

/** `Pod default/x`, as the command prints it. */
function objectOf(result) {
  const name = result.name ?? (result.generateName === null ? '(no name)' : `${result.generateName}*`);
  return `${result.kind} ${result.namespace === null ? '' : `${result.namespace}/`}${name}`;
}

/** The notes about settings. */
export function settingsNotes(answer, goTo) {
  const list = (notes, kind) =>
    notes.map((note) => element('li', { class: kind }, toLine(note.line, goTo, `line ${note.line}`), ' ', note.message));
  const items = [...list(answer.faults, 'error'), ...list(answer.warnings, 'warning')];
  if (items.length === 0) {
    return [];
  }
  const title = answer.faults.length > 0 ? 'The settings are not valid' : 'Dangerous settings';
  return [element('section', { class: 'notes', 'aria-label': title }, element('h3', {}, title), element('ul', {}, ...items))];
}

function violations(result, found, goTo) {
  if (found.length === 0) {
    return null;
  }
  const items = found.map(({ field, text }, index) => {
    const by = result.deniedBy[index];
    const line = result.violationLines[index];
    return element(
      'li',
      { class: 'error' },
      toLine(line, goTo, `line ${line}`),
      ' ',
      field === null ? null : element('span', { class: 'field' }, field),
      text,
      by === null || by === undefined ? null : element('div', { class: 'by' }, `denied by settings.${by}`),
    );
  });
  return element('ul', { class: 'violations' }, ...items);
}

/** A path that may be broken behind each slash. */
function breakable(path) {
  return path.split(/(?<=\/)/).flatMap((part) => [part, document.createElement('wbr')]);
}

function mounts(result, explain) {
  if (result.hostPaths.length === 0) {
    return null;
  }
  const heading = ['Container', 'Host path', 'Mounted at', 'Type', 'Access', 'Rule'];
  const rows = result.hostPaths.map((mount) =>
    element(
      'tr',
      {},
      element('td', { 'data-title': 'Container' }, mount.container),
      element(
        'td',
        { 'data-title': 'Host path' },
        element(
          'button',
          { type: 'button', class: 'path', title: 'Explain this path', onclick: () => explain(mount, result) },
          ...breakable(mount.hostPath),
        ),
      ),
      element('td', { 'data-title': 'Mounted at' }, ...breakable(mount.mountPath)),
      element('td', { 'data-title': 'Type' }, mount.type === '' ? '(none)' : mount.type),
      element(
        'td',
        { 'data-title': 'Access', class: mount.readOnly ? null : 'writable' },
        mount.readOnly ? 'read-only' : 'writable',
      ),
      element('td', { 'data-title': 'Rule' }, mount.rule ?? '(none)'),
    ),
  );
  return element(
    'div',
    { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'What containers see of the node' },
    element(
      'table',
      {},
      element('caption', {}, 'What containers see of the node'),
      element('thead', {}, element('tr', {}, ...heading.map((title) => element('th', { scope: 'col' }, title)))),
      element('tbody', {}, ...rows),
    ),
  );
}

/** The pod as YAML before and after, as one text with the changes marked. */
function patch({ before, after }) {
  const place = element('div', { class: 'diff' });
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  new EditorView({
    parent: place,
    state: EditorState.create({
      doc: stringify(after),
      extensions: [
        yaml(),
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': 'The patched pod, in YAML', tabindex: '0' }),
        dark ? darkTheme : lightTheme,
        unifiedMergeView({
          original: stringify(before),
          mergeControls: false,
          collapseUnchanged: { margin: 3, minSize: 8 },
          diffConfig: { scanLimit: 500, timeout: 200 },
        }),
      ],
    }),
  });
  return element('details', { open: '' }, element('summary', {}, 'The pod, with what the policy injects'), place);
}

/** The forbidden paths that an object asks for, to be explained. */
function forbiddenPaths(result, found, explain) {
  const asked = new Map(found.flatMap(({ asks }) => (asks === null ? [] : [[asks.hostPath, asks]])));
  if (asked.size === 0) {
    return null;
  }
  const buttons = [...asked].map(([hostPath, asks]) =>
    element(
      'button',
      { type: 'button', class: 'path', onclick: () => explain({ ...asks, readOnly: true }, result) },
      hostPath,
    ),
  );
  return element('p', { class: 'ask' }, 'Explain ', ...buttons.flatMap((button) => [button, ' ']));
}

function finding(result, found, patched, actions) {
  const warnings = result.warnings.map((warning) => element('li', { class: 'warning' }, warning));
  const isSilent = result.verdict === 'accepted' && result.hostPaths.length === 0 && result.kind !== 'Pod';
  return element(
    'article',
    { class: `finding ${result.verdict}` },
    element(
      'h3',
      {},
      element('span', { class: 'verdict' }, VERDICTS[result.verdict] + (result.code === null ? '' : ` (${result.code})`)),
      ' ',
      objectOf(result),
      ' ',
      toLine(result.line, actions.goToManifest, `line ${result.line}`),
    ),
    violations(result, found, actions.goToManifest),
    forbiddenPaths(result, found, actions.explain),
    warnings.length === 0 ? null : element('ul', { class: 'warnings' }, ...warnings),
    isSilent ? element('p', {}, 'Hook sidecars see no host path.') : null,
    result.verdict === 'skipped' ? element('p', {}, `The policy does not judge ${result.apiVersion} ${result.kind}.`) : null,
    mounts(result, actions.explain),
    patched === undefined ? null : patch(patched),
  );
}

/** How many findings are shown. */
const MOST = 200;

/** The counts of the report, in one line. */
const counts = ({ summary: { accepted, rejected, skipped } }) => `${accepted} accepted, ${rejected} rejected, ${skipped} not judged`;

/** The verdict in a few words, for where the report is out of sight. `answer` is undefined where there is none. */
export function glance(answer) {
  if (answer === undefined) {
    return 'No verdict';
  }
  return answer.report === null ? 'The settings are not valid' : counts(answer.report);
}

/** The whole report. `actions` has `goToSettings`, `goToManifest` and `explain`. */
export function report(answer, actions) {
  const notes = settingsNotes(answer, actions.goToSettings);
  if (answer.report === null) {
    return [...notes, element('p', {}, 'Without valid settings the policy rejects every launcher pod.')];
  }
  const { results, errors } = answer.report;
  const patched = new Map(answer.patched.map((pod) => [pod.result, pod]));
  const more = Math.max(results.length - MOST, 0);
  return [
    element('p', { class: 'summary' }, counts(answer.report)),
    ...errors.slice(0, MOST).map((error) =>
      element('p', { class: 'error' }, toLine(error.line, actions.goToManifest, `line ${error.line}`), ' ', error.message),
    ),
    ...results.slice(0, MOST).map((result, index) => finding(result, answer.violations[index], patched.get(index), actions)),
    ...(more === 0 ? [] : [element('p', {}, `${more} more objects are counted, and not shown.`)]),
    ...notes,
  ];
}

/** A sentence, and the paths that belong to it. */
function sentence({ text, paths, by = null }) {
  return element(
    'li',
    {},
    text,
    paths.length === 0 ? null : element('ul', {}, ...paths.map((path) => element('li', {}, path))),
    by === null ? null : element('div', { class: 'by' }, `by ${by}`),
  );
}

/** A heading and its sentences; nothing where there are none. */
function section(heading, sentences) {
  return sentences.length === 0 ? [] : [element('h4', {}, heading), element('ul', {}, ...sentences.map(sentence))];
}

/** What a change of settings does. */
export function difference({ fault, effect, permitted, refused, nodes, settings }) {
  if (fault !== null) {
    return [element('p', { class: 'error' }, fault)];
  }
  const plain = (texts) => texts.map((text) => ({ text, paths: [] }));
  return [
    element('p', { class: 'effect' }, effect),
    ...section('Newly permitted', permitted),
    ...section('Newly refused', refused),
    ...section('On other nodes', plain(nodes)),
    ...section('Other settings', plain(settings)),
  ];
}

/** Who can see a path; without one, all that the settings permit. */
export function seen(path, { fault, sections }) {
  if (fault !== null) {
    return [element('p', { class: 'error' }, fault)];
  }
  const found = sections.flatMap(({ heading, rows }) => section(heading, rows));
  return [
    element('h3', {}, path === null ? 'What the settings permit' : `Who can see ${path}`),
    ...(found.length === 0 ? [element('p', {}, path === null ? 'Nothing.' : 'Nobody.')] : found),
  ];
}

/** The explanation of a path. `who` asks who can see it. */
export function explanation(asked, answer, who) {
  if (answer === null) {
    return [element('p', {}, `${asked.hostPath} cannot be explained: the settings or the path are not valid.`)];
  }
  const rules = answer.covering.map((rule) =>
    element(
      'li',
      rule.decides ? { class: 'decides' } : {},
      `${rule.rule} (${rule.path}) ${rule.relation}`,
      rule.decides ? element('strong', {}, ' and decides') : null,
    ),
  );
  const fields = Object.entries(answer.change?.fields ?? {}).map(([field, value]) => `# ${field}\n${stringify(value)}`);
  return [
    element('h3', {}, `${asked.hostPath} for ${asked.container}`),
    element('p', { class: answer.accepted ? 'accepted' : 'rejected' }, answer.accepted ? 'Permitted.' : 'Rejected.'),
    element('h4', {}, 'Rules at or above the path'),
    rules.length === 0 ? element('p', {}, 'None.') : element('ul', {}, ...rules),
    answer.refused.length === 0 ? null : element('ul', {}, ...answer.refused.map((why) => element('li', { class: 'error' }, why))),
    fields.length === 0
      ? null
      : element('div', {}, element('h4', {}, 'The smallest change that would permit it'), element('pre', { tabindex: '0' }, fields.join(''))),
    element('p', {}, element('button', { type: 'button', onclick: who }, 'Who can see this path?')),
  ].filter((part) => part !== null);
}
