// The page: two editors, the report beside them, and nothing that leaves the browser.

import annotationSchema from '../../docs/annotation.schema.json';
import settingsSchema from '../../docs/settings.schema.json';
import examples from 'examples';

import { annotationNotes } from './annotation.js';
import { Client } from './client.js';
import { goTo, manifestEditor, mark, setText, settingsEditor } from './editors.js';
import { difference, element, explanation, glance, report, seen } from './report.js';
import { fromFragment, keep, kept, toFragment } from './share.js';

/** How long the page waits for the next key before it checks again, in milliseconds. */
const PAUSE = 300;

const at = (id) => document.getElementById(id);

const settings = settingsEditor(at('settings'), 'Settings, in YAML', settingsSchema, changed);
const against = settingsEditor(at('against'), 'Settings to compare with, in YAML', settingsSchema, compareLater);
const manifest = manifestEditor(at('manifest'), annotationSchema, changed);
const namespace = at('namespace');
const picker = at('example');
const core = new Client();

let timer = null;
let compareTimer = null;
/** The count of checks begun, and the last of them. */
let checks = 0;
let checking = Promise.resolve();
/** What is shown, so that the same is not shown again: what is open stays open. */
let shownAnswer = null;
/** The texts of the link that the address is. */
let linked = null;
/** What had the focus when the explanation was asked for. */
let opener = null;

function state() {
  return { settings: settings.state.doc.toString(), manifest: manifest.state.doc.toString(), namespace: namespace.value.trim() };
}

/** Shows the texts; done when their verdict is there. */
function show({ settings: settingsText, manifest: manifestText, namespace: name }) {
  namespace.value = name;
  setText(settings, settingsText);
  setText(manifest, manifestText);
  return check();
}

function changed() {
  clearTimeout(timer);
  timer = setTimeout(check, PAUSE);
}

/** What is left out of a question that cannot be answered. */
const unanswered = (error) => [element('p', { class: 'error' }, `This cannot be judged: ${error.message}.`)];

/** Shows an answer in the panel below the verdict. */
async function explain(children) {
  const asking = document.activeElement;
  at('explanation').replaceChildren(...(await children.catch(unanswered)));
  if (!at('explain').contains(asking)) {
    opener = asking;
  }
  at('explain').hidden = false;
  at('explain').scrollIntoView({ block: 'nearest' });
  at('explain').focus();
}

/** Hides that panel, and goes back to what was asked with. */
function close() {
  at('explain').hidden = true;
  (opener?.isConnected ? opener : at('path')).focus();
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
    const named = { ...mount, container: asked.container };
    return explain(core.explain(asked).then((answer) => explanation(named, answer, () => actions.who(mount.hostPath))));
  },
  who(path) {
    return explain(core.who({ settings: state().settings, path }).then((answer) => seen(path, answer)));
  },
};

function check() {
  clearTimeout(timer);
  checks += 1;
  const number = checks;
  // Of those that wait for an answer only the last is asked.
  checking = checking.then(() => (number === checks ? judge() : undefined));
  return checking;
}

async function judge() {
  const started = performance.now();
  const now = state();
  keep(now);
  // An address that holds other texts would win over these at a reload.
  if (linked !== null && JSON.stringify(now) !== linked) {
    linked = null;
    history.replaceState(null, '', location.pathname + location.search);
  }
  let answer;
  let shown;
  try {
    answer = await core.check({ ...now, namespace: now.namespace === '' ? null : now.namespace });
  } catch (error) {
    shown = unanswered(error);
  }
  const isNew = answer === undefined || JSON.stringify(answer) !== shownAnswer;
  shownAnswer = answer === undefined ? null : JSON.stringify(answer);
  if (isNew) {
    shown ??= report(answer, actions);
    mark(settings, answer === undefined ? [] : notesOfSettings(answer));
    mark(manifest, answer === undefined ? [] : notesOfManifest(answer));
    at('explain').hidden = true;
    at('report').replaceChildren(...shown);
    at('glance').textContent = glance(answer);
  }
  at('report').dataset.milliseconds = String(Math.round(performance.now() - started));
  at('report').setAttribute('aria-busy', 'false');
  await compare();
}

function compareLater() {
  clearTimeout(compareTimer);
  compareTimer = setTimeout(compare, PAUSE);
}

/** What the settings change, if other ones are beside them. */
async function compare() {
  clearTimeout(compareTimer);
  if (!at('compare').open) {
    return;
  }
  const asked = { settings: state().settings, against: against.state.doc.toString() };
  const answer = await core.compare(asked).then(difference, unanswered);
  at('difference').replaceChildren(...answer);
}

function notesOfSettings(answer) {
  const note = (severity) => (found) => ({ line: found.line, message: found.message, severity });
  return [...answer.faults.map(note('error')), ...answer.warnings.map(note('warning'))];
}

function notesOfManifest({ report: document, annotations }) {
  if (document === null) {
    return annotationNotes(annotations);
  }
  const notes = document.errors.map((error) => ({ line: error.line, message: error.message, severity: 'error' }));
  for (const result of document.results) {
    const first = result.annotationLine ?? result.line;
    notes.push(...result.violations.map((message, number) => ({ line: result.violationLines[number], message, severity: 'error' })));
    notes.push(...result.warnings.map((message) => ({ line: first, message, severity: 'warning' })));
  }
  return notes;
}

function pick() {
  const example = examples[picker.selectedIndex];
  at('about').textContent = example.about;
  return show({ settings: example.settings, manifest: example.manifest, namespace: '' });
}

async function share() {
  const link = await toFragment(state());
  if ((await fromFragment(link)) === null) {
    at('shared').textContent = 'This is too long for a link.';
    return;
  }
  history.replaceState(null, '', link);
  linked = JSON.stringify(state());
  let said = 'The address of this page now holds settings and manifest.';
  try {
    await navigator.clipboard.writeText(location.href);
    said = 'Copied. The link holds settings and manifest; no server sees them.';
  } catch {
    // Without the permission the address bar has it.
  }
  at('shared').textContent = said;
}

/** The options of the list of examples, in groups. */
function options() {
  const groups = Map.groupBy(examples, (example) => example.group);
  return Array.from(groups, ([label, members]) =>
    element('optgroup', { label }, ...members.map((example) => element('option', {}, example.name))),
  );
}

/** Shows the texts of a link, else those from before a reload, else the first example. */
async function restore() {
  const shared = await fromFragment(location.hash);
  const texts = shared ?? kept();
  if (texts === null) {
    return pick();
  }
  const unchanged = ({ settings, manifest }) => settings === texts.settings && manifest === texts.manifest;
  picker.selectedIndex = texts.namespace === '' ? examples.findIndex(unchanged) : -1;
  const about = examples[picker.selectedIndex]?.about ?? 'As before the reload.';
  at('about').textContent = shared === null ? about : 'From a shared link.';
  const shown = show(texts);
  linked = shared === null ? null : JSON.stringify(state());
  return shown;
}

async function start() {
  picker.replaceChildren(...options());
  picker.addEventListener('change', pick);
  namespace.addEventListener('input', changed);
  at('share').addEventListener('click', share);
  at('close').addEventListener('click', close);
  at('explain').addEventListener('keydown', (event) => event.key === 'Escape' && close());
  at('who').addEventListener('submit', (event) => {
    event.preventDefault();
    const path = at('path').value.trim();
    actions.who(path === '' ? null : path);
  });
  at('compare').addEventListener('toggle', () => {
    if (at('compare').open && against.state.doc.length === 0) {
      setText(against, state().settings);
    }
    compare();
  });
  addEventListener('hashchange', restore);
  try {
    await core.start();
    await restore();
  } catch (error) {
    at('report').replaceChildren(element('p', { class: 'error' }, `The policy cannot be loaded: ${error.message}`));
  }
  // For the tests.
  window.playground = { core, examples, show, state };
}

start();
