// The page: two editors, the report beside them, and nothing that leaves the browser.

import annotationSchema from '../../docs/annotation.schema.json';
import settingsSchema from '../../docs/settings.schema.json';
import examples from 'examples';

import { annotationNotes } from './annotation.js';
import { load } from './core.js';
import { goTo, manifestEditor, mark, setText, settingsEditor } from './editors.js';
import { violationLines } from './lines.js';
import { element, explanation, report } from './report.js';
import { fromFragment, toFragment } from './share.js';

/** How long the page waits for the next key before it checks again, in milliseconds. */
const PAUSE = 30;

const at = (id) => document.getElementById(id);

const settings = settingsEditor(at('settings'), settingsSchema, changed);
const manifest = manifestEditor(at('manifest'), annotationSchema, changed);
const namespace = at('namespace');
const picker = at('example');

let core = null;
let timer = null;

function state() {
  return { settings: settings.state.doc.toString(), manifest: manifest.state.doc.toString(), namespace: namespace.value.trim() };
}

function show({ settings: settingsText, manifest: manifestText, namespace: name }) {
  namespace.value = name;
  setText(settings, settingsText);
  setText(manifest, manifestText);
  check();
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

const actions = {
  goToSettings: (line) => goTo(settings, line),
  goToManifest: (line) => goTo(manifest, line),
  explain(mount, result) {
    // A mount in `compute` that a sidecar shares is explained for the sidecar.
    const sharer =
      mount.container === 'compute'
        ? result.hostPaths.find((other) => other.hostPath === mount.hostPath && other.container !== 'compute')
        : undefined;
    const asked = {
      settings: state().settings,
      path: mount.hostPath,
      type: mount.type === '' ? 'Directory' : mount.type,
      container: (sharer ?? mount).container,
      namespace: result.namespace,
      readOnly: mount.readOnly,
      shares: sharer !== undefined,
    };
    at('explanation').replaceChildren(...explanation({ ...mount, container: asked.container }, core.explain(asked)));
    at('explain').hidden = false;
    at('explain').scrollIntoView({ block: 'nearest' });
    at('explain').focus();
  },
};

function check() {
  clearTimeout(timer);
  if (core === null) {
    return;
  }
  const started = performance.now();
  const now = state();
  let shown;
  try {
    const answer = core.check({ ...now, namespace: now.namespace === '' ? null : now.namespace });
    const lines = answer.report === null ? [] : violationLines(answer, now.manifest);
    shown = report(answer, lines, actions);
    mark(settings, notesOfSettings(answer));
    mark(manifest, answer.report === null ? annotationNotes(answer.annotations) : notesOfManifest(answer.report, lines));
  } catch (error) {
    shown = [element('p', { class: 'error' }, `This cannot be judged: ${error.message}`)];
  }
  at('explain').hidden = true;
  at('report').replaceChildren(...shown);
  at('report').dataset.milliseconds = String(Math.round(performance.now() - started));
  at('report').setAttribute('aria-busy', 'false');
}

function notesOfSettings(answer) {
  const note = (severity) => (found) => ({ line: found.line, message: found.message, severity });
  return [...answer.faults.map(note('error')), ...answer.warnings.map(note('warning'))];
}

function notesOfManifest({ results, errors }, lines) {
  const notes = errors.map((error) => ({ line: error.line, message: error.message, severity: 'error' }));
  for (const [index, result] of results.entries()) {
    const first = result.annotationLine ?? result.line;
    notes.push(...result.violations.map((message, number) => ({ line: lines[index][number], message, severity: 'error' })));
    notes.push(...result.warnings.map((message) => ({ line: first, message, severity: 'warning' })));
  }
  return notes;
}

function pick() {
  const example = examples[picker.selectedIndex];
  at('about').textContent = example.about;
  show({ settings: example.settings, manifest: example.manifest, namespace: '' });
}

async function share() {
  history.replaceState(null, '', await toFragment(state()));
  let said = 'The address of this page now holds settings and manifest.';
  try {
    await navigator.clipboard.writeText(location.href);
    said = 'Copied. The link holds settings and manifest; no server sees them.';
  } catch {
    // Without the permission the address bar has it.
  }
  at('shared').textContent = said;
}

async function start() {
  picker.replaceChildren(...examples.map((example) => element('option', {}, example.title)));
  picker.addEventListener('change', pick);
  namespace.addEventListener('input', changed);
  at('share').addEventListener('click', share);
  at('close').addEventListener('click', () => {
    at('explain').hidden = true;
  });
  const restore = async () => {
    const shared = await fromFragment(location.hash);
    if (shared === null) {
      pick();
    } else {
      at('about').textContent = 'From a shared link.';
      show(shared);
    }
  };
  addEventListener('hashchange', restore);
  try {
    [core] = await Promise.all([load(), restore()]);
    check();
  } catch (error) {
    at('report').replaceChildren(element('p', { class: 'error' }, `The policy cannot be loaded: ${error.message}`));
  }
  // For the tests.
  window.playground = { core, examples, show, state };
}

start();
