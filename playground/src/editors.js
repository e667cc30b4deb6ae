// The two editors, with errors and completion from the JSON Schemas.

import { acceptCompletion, autocompletion } from '@codemirror/autocomplete';
import { indentWithTab } from '@codemirror/commands';
import { yaml, yamlLanguage } from '@codemirror/lang-yaml';
import { forceLinting, lintGutter, linter } from '@codemirror/lint';
import { Compartment, EditorState, Prec, StateEffect } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap } from '@codemirror/view';
import { basicSetup } from 'codemirror';
import { stateExtensions } from 'codemirror-json-schema';
import { yamlCompletion, yamlSchemaHover, yamlSchemaLinter } from 'codemirror-json-schema/yaml';

import { NESTING, nesting } from './nesting.js';
import { darkTheme, lightTheme } from './theme.js';

const prefersDark = matchMedia('(prefers-color-scheme: dark)');

/** An editor that calls `changed` after each change of its text. */
function editor(parent, label, extensions, changed) {
  const theme = new Compartment();
  const chosen = () => (prefersDark.matches ? darkTheme : lightTheme);
  const language = new Compartment();
  const highlighted = yaml();
  const plain = [];
  // Text that is nested too deeply has no colours.
  const languageOf = (text) => (nesting(text) > NESTING ? plain : highlighted);
  const view = new EditorView({
    parent,
    state: EditorState.create({
      extensions: [
        basicSetup,
        language.of(highlighted),
        EditorState.transactionExtender.of((change) => {
          const next = change.docChanged ? languageOf(change.newDoc.toString()) : language.get(change.startState);
          return next === language.get(change.startState) ? null : { effects: language.reconfigure(next) };
        }),
        lintGutter(),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, 'aria-describedby': 'keys', tabindex: '0' }),
        // Tab completes, and indents where nothing is offered. Escape, then Tab leaves the editor.
        Prec.highest(keymap.of([{ key: 'Tab', run: acceptCompletion }])),
        keymap.of([indentWithTab]),
        EditorView.updateListener.of((update) => update.docChanged && changed()),
        theme.of(chosen()),
        extensions,
      ],
    }),
  });
  prefersDark.addEventListener('change', () => view.dispatch({ effects: theme.reconfigure(chosen()) }));
  return view;
}

/** Says that the notes of an editor are others now. */
const renoted = StateEffect.define();

/** What is to be said about lines of each editor. */
const notesOf = new WeakMap();

/** A linter that shows the notes, and what `more` finds. */
function notes(more = () => []) {
  return linter(
    async (view) => [...(await more(view)), ...(notesOf.get(view) ?? []).map((note) => diagnostic(view, note))],
    {
      delay: 100,
      needsRefresh: (update) => update.transactions.some((change) => change.effects.some((effect) => effect.is(renoted))),
    },
  );
}

function diagnostic(view, { line, message, severity }) {
  const { doc } = view.state;
  const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return { from: at.from, to: at.to, message, severity };
}

/** Marks lines with messages: `{line, message, severity}`. */
export function mark(view, found) {
  notesOf.set(view, found);
  view.dispatch({ effects: renoted.of(null) });
  forceLinting(view);
}

/** How long settings may be that are held to their schema while they are written, in characters. */
const LINTED = 2 ** 16;

/** What the schema says of settings that are not too long for it, and not nested too deeply. */
function schemaNotes() {
  const lint = yamlSchemaLinter();
  return (view) => (view.state.doc.length > LINTED || nesting(view.state.doc.toString()) > NESTING ? [] : lint(view));
}

/** An editor of settings, with their schema. */
export function settingsEditor(parent, label, schema, changed) {
  return editor(
    parent,
    label,
    [
      notes(schemaNotes()),
      yamlLanguage.data.of({ autocomplete: yamlCompletion() }),
      hoverTooltip(yamlSchemaHover()),
      stateExtensions(schema),
    ],
    changed,
  );
}

/** Keys of a request, offered inside the text of the annotations. */
function requestKeys(schema) {
  const properties = schema.$defs.Request.properties;
  const options = Object.entries(properties).map(([key, property]) => ({
    label: key,
    type: 'property',
    info: property.description,
    apply: `${key}": `,
  }));
  options.unshift({ label: 'hostPath', type: 'property', info: schema.$defs.Entry.properties.hostPath.description, apply: 'hostPath": {' });
  return (context) => {
    const key = context.matchBefore(/"[A-Za-z]*/);
    return key === null || !isInAnnotation(context.state.doc, key.from)
      ? null
      : { from: key.from + 1, options, validFor: /^[A-Za-z]*$/ };
  };
}

/** Whether the place is below one of the two annotations, and further in than it. */
function isInAnnotation(doc, position) {
  const line = doc.lineAt(position);
  const indentOf = (text) => text.length - text.trimStart().length;
  for (let number = line.number; number > 0; number -= 1) {
    const text = doc.line(number).text;
    if (/hooks\.kubevirt\.io\/hookSidecars|kubevirt-sidecar-hostpath-policy\.dev\/hostPaths/.test(text)) {
      return number === line.number || indentOf(line.text) > indentOf(text);
    }
  }
  return false;
}

/** The editor of the manifest. */
export function manifestEditor(parent, schema, changed) {
  return editor(parent, 'Manifest, in YAML or JSON', [notes(), autocompletion({ override: [requestKeys(schema)] })], changed);
}

/** Replaces the text. */
export function setText(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

/** Puts the cursor into a line, and shows it. */
export function goTo(view, line) {
  const at = view.state.doc.line(Math.min(line, view.state.doc.lines));
  view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: 'center' }) });
  view.focus();
}
