// How deep a text may be nested, before the editor's parser has seen it.

/** How deep the editor's parser may go. It calls itself for each level, and a stack that is full breaks the editor for good. */
export const NESTING = 300;

/** What opens a level of YAML without indentation: `- `, `? `, `key: `, `!tag `, `&anchor `. */
const OPENER = /(?:^|\s)(?:[-?]|[!&]\S*|\S*:)(?=\s)/g;

/** At most how deep the text is nested, whatever its quotes say: open brackets, and of each line its indentation and openers. */
export function nesting(text) {
  let brackets = 0;
  let deepest = 0;
  for (const line of text.split('\n')) {
    const indentation = line.length - line.trimStart().length;
    const openers = line.match(OPENER)?.length ?? 0;
    for (const character of line) {
      if (character === '[' || character === '{') {
        brackets += 1;
      } else if ((character === ']' || character === '}') && brackets > 0) {
        brackets -= 1;
      }
      deepest = Math.max(deepest, brackets + indentation + openers);
    }
  }
  return deepest;
}
