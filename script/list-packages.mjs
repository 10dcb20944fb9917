/**
 * node script/list-packages.mjs NAME…: the folders under node_modules of these packages and all
 * they need, one a line, as package-lock.json has them.
 */
import { existsSync, readFileSync } from 'node:fs';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
const found = new Set();

/** Where `name` is found from the package at `from`, as Node.js looks for it. */
function locate(name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (at === '') return undefined;
  }
}

function add(path) {
  if (path === undefined || found.has(path) || !existsSync(path)) return;
  found.add(path);
  const { dependencies, optionalDependencies, peerDependencies } = packages[path];
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
    add(locate(name, path));
}

for (const name of process.argv.slice(2)) add(locate(name, ''));
console.log([...found].sort().join('\n'));
