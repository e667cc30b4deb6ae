// A plain file server for target/playground: node serve.mjs [PORT [PREFIX]].

import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm' };

/** Serves the page below `prefix`, such as `/` or `/some/path/`. Port 0 is any free one. */
export function serve(port, prefix = '/') {
  const root = fileURLToPath(new URL('../target/playground/', import.meta.url));
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const name = pathname.startsWith(prefix) ? normalize(pathname.slice(prefix.length) || 'index.html') : '..';
    const file = join(root, name);
    if (name.startsWith('..') || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end('not found\n');
      return;
    }
    response.writeHead(200, { 'content-type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port = '8000', prefix = '/'] = process.argv.slice(2);
  const server = await serve(Number(port), prefix);
  console.log(`http://127.0.0.1:${server.address().port}${prefix}`);
}
