// The examples of the page: those of examples/, and cases of the corpus.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { stringify } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = (name) => readFileSync(join(root, name), 'utf8');

/** Manifests of examples/, each with its settings. */
const FILES = [
  ['A VM with a shared image', 'examples/settings.yaml', 'examples/vm-with-sidecar-hostpath.yaml'],
  ['The same as a VirtualMachineInstance', 'examples/settings.yaml', 'examples/vmi-with-sidecar-hostpath.yaml'],
  ['A VM that may write', 'examples/settings.yaml', 'examples/vm-with-writable-hostpath.yaml'],
  ['A plugin instead of a hook sidecar', 'examples/plugin-cow/settings.yaml', 'examples/plugin-cow/vm.yaml'],
  ['All settings', 'examples/settings-full.yaml', 'examples/vm-with-sidecar-hostpath.yaml'],
];

/** Cases of the corpus, by the rows of the decision table. */
const CASES = [
  'r1-accept-example',
  'v1-reject-everything-at-once',
  'v2-reject-equal',
  'v2-reject-another-name',
  'v3-reject-below-writable',
  'v4-reject-not-in-rule',
  'v5-reject-under-read-only-rule',
  'v6-reject-not-allowed',
  'a4-reject-unknown-key',
  'a4-reject-key-in-another-case',
];

/** The object of a case as a manifest. */
function ofCase(name) {
  const row = name.slice(0, name.indexOf('-'));
  const found = JSON.parse(text(`tests/cases/${row}.json`))[name];
  const request = JSON.parse(text(`tests/fixtures/${found.request}.json`));
  const { object } = request.request ?? request;
  if (found.annotation !== undefined) {
    const value = typeof found.annotation === 'string' ? found.annotation : JSON.stringify(found.annotation);
    object.metadata.annotations = { ...object.metadata.annotations, 'hooks.kubevirt.io/hookSidecars': value };
  }
  return { about: found.description, settings: found.settings, object };
}

/** `{title, about, settings, manifest}` of each. */
export function examples() {
  const files = FILES.map(([title, settings, manifest]) => ({
    title,
    about: `${manifest}, with ${settings}`,
    settings: text(settings),
    manifest: text(manifest),
  }));
  const cases = CASES.map((name) => {
    const { about, settings, object } = ofCase(name);
    return { title: `Row ${name.slice(0, 2).toUpperCase()}: ${about}`, about, settings: stringify(settings), manifest: stringify(object) };
  });
  return [...files, ...cases];
}
