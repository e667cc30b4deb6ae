// The examples of the page: those of examples/, and cases of the corpus.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { stringify } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = (name) => readFileSync(join(root, name), 'utf8');

/** Manifests of examples/, each with its settings. */
const FILES = [
  ['A shared image', 'examples/settings.yaml', 'examples/vm-with-sidecar-hostpath.yaml'],
  ['The same as a VMI', 'examples/settings.yaml', 'examples/vmi-with-sidecar-hostpath.yaml'],
  ['A writable directory', 'examples/settings.yaml', 'examples/vm-with-writable-hostpath.yaml'],
  ['A plugin', 'examples/plugin-cow/settings.yaml', 'examples/plugin-cow/vm.yaml'],
  ['All settings', 'examples/settings-full.yaml', 'examples/vm-with-sidecar-hostpath.yaml'],
];

/** Cases of the corpus, by the rows of the decision table, with short names. */
const CASES = [
  ['A launcher pod', 'r1-accept-example'],
  ['Everything at once', 'v1-reject-everything-at-once'],
  ['A reserved path', 'v2-reject-equal'],
  ['The same by another name', 'v2-reject-another-name'],
  ['Below a writable path', 'v3-reject-below-writable'],
  ['A type that no rule has', 'v4-reject-not-in-rule'],
  ['Writing under a read-only rule', 'v5-reject-under-read-only-rule'],
  ['A path that no rule has', 'v6-reject-not-allowed'],
  ['An unknown key', 'a4-reject-unknown-key'],
  ['A key in another case', 'a4-reject-key-in-another-case'],
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

/** The pair of the README: a VM that is accepted, and one that asks for /etc/ssh. */
function pair() {
  const [name, settings, file] = FILES[1];
  const accepted = text(file).slice(text(file).indexOf('apiVersion:'));
  const rejected = accepted.replace('"/var/lib/kubevirt/images"', '"/etc/ssh"').replace(/^(  name: ).*$/m, '$1debian-ssh');
  if (rejected === accepted || !rejected.includes('/etc/ssh')) {
    throw new Error(`${name} has another path now`);
  }
  return {
    group: 'Begin here',
    name: 'One accepted, one rejected',
    about: `${file}, and the same with /etc/ssh instead of the shared image.`,
    settings: text(settings),
    manifest: `${accepted.trimEnd()}\n---\n${rejected}`,
  };
}

/** `{group, name, about, settings, manifest}` of each. */
export function examples() {
  const files = FILES.map(([name, settings, manifest]) => ({
    group: 'Virtual machines',
    name,
    about: `${manifest}, with ${settings}`,
    settings: text(settings),
    manifest: text(manifest),
  }));
  const cases = CASES.map(([name, id]) => {
    const { about, settings, object } = ofCase(id);
    return {
      group: 'Launcher pods, by rows of the decision table',
      name: `${id.slice(0, 2).toUpperCase()} ${name}`,
      about,
      settings: stringify(settings),
      manifest: stringify(object),
    };
  });
  return [pair(), ...files, ...cases];
}
