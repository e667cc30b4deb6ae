// Builds the page into target/playground: node build.mjs PLAYGROUND.wasm POLICY.wasm. It fails if the page is too large.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { examples } from './examples.mjs';

/** All files together, each packed by gzip, in bytes. */
const SIZE_LIMIT = 1_500_000;

const here = fileURLToPath(new URL('.', import.meta.url));
const into = join(here, '../target/playground');
const [library, policy] = process.argv.slice(2);

rmSync(into, { recursive: true, force: true });
mkdirSync(into, { recursive: true });
await build({
  entryPoints: [join(here, 'src/main.js'), join(here, 'src/worker.js')],
  outdir: into,
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: true,
  legalComments: 'linked',
  logLevel: 'warning',
  plugins: [
    {
      name: 'examples',
      setup(context) {
        context.onResolve({ filter: /^examples$/ }, () => ({ path: 'examples', namespace: 'examples' }));
        context.onLoad({ filter: /.*/, namespace: 'examples' }, () => ({
          contents: JSON.stringify(examples()),
          loader: 'json',
        }));
      },
    },
  ],
});
for (const [from, name] of [
  [join(here, 'index.html'), 'index.html'],
  [join(here, 'style.css'), 'style.css'],
  [library, 'playground.wasm'],
  [policy, 'policy.wasm'],
]) {
  copyFileSync(from, join(into, name));
}

const files = readdirSync(into).filter((name) => statSync(join(into, name)).isFile());
const size = files.reduce((sum, name) => sum + gzipSync(readFileSync(join(into, name)), { level: 9 }).length, 0);
console.log(`target/playground: ${size} bytes of ${SIZE_LIMIT}, gzipped`);
if (size > SIZE_LIMIT) {
  process.exit(1);
}
