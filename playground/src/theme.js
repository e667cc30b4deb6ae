// Colours of the editors, on the colours of the page.

import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const page = (dark) =>
  EditorView.theme(
    {
      '&': { color: 'var(--text)', backgroundColor: 'var(--field)', fontSize: '0.8125rem', height: '100%' },
      '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5' },
      '.cm-gutters': { color: 'var(--muted)', backgroundColor: 'var(--field)', border: 'none' },
      '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'var(--line)' },
      '.cm-cursor': { borderLeftColor: 'var(--text)' },
      '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: 'var(--selection) !important' },
      '.cm-tooltip': { color: 'var(--text)', backgroundColor: 'var(--panel)', border: '1px solid var(--border)' },
      '.cm-tooltip-autocomplete ul li[aria-selected]': { color: 'var(--text)', backgroundColor: 'var(--selection)' },
      '.cm-panels': { color: 'var(--text)', backgroundColor: 'var(--panel)' },
    },
    { dark },
  );

const colours = (key, string, value, comment) =>
  syntaxHighlighting(
    HighlightStyle.define([
      { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: key },
      { tag: [tags.string, tags.special(tags.string)], color: string },
      { tag: [tags.bool, tags.number, tags.null, tags.atom, tags.keyword], color: value },
      { tag: [tags.comment, tags.lineComment], color: comment },
    ]),
  );

export const lightTheme = [page(false), colours('#0550ae', '#0a3069', '#953800', '#57606a')];
export const darkTheme = [page(true), colours('#79c0ff', '#a5d6ff', '#ffa657', '#9198a1')];
