/**
 * Finds the npm packages that some of the development packages need, by package-lock.json.
 *   node script/npm-packages.mjs list NAME…           prints the installed folders of these packages
 *                                                     and of all that they need, one a line
 *   node script/npm-packages.mjs missing [NAME…]      prints what is not installed as the lock has it;
 *                                                     without names it looks at the whole lock
 *   node script/npm-packages.mjs write FOLDER NAME…   writes a package.json and a lock of these alone
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const lock = readJson('package-lock.json');
const { packages } = lock;

/** Finds `name` from the package at `from`, as Node.js does. */
function locate(name, from) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('node_modules/') - 1))) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (at === '') return undefined;
  }
}

/** Returns the folders of the named packages and of all that they need. */
function needed(names) {
  const found = new Set();
  const add = (path) => {
    if (path === undefined || found.has(path)) return;
    found.add(path);
    const { dependencies, optionalDependencies, peerDependencies } = packages[path];
    for (const name of Object.keys({
      ...dependencies,
      ...optionalDependencies,
      ...peerDependencies,
    }))
      add(locate(name, path));
  };
  for (const name of names) {
    const path = locate(name, '');
    if (path === undefined) throw new Error(`package-lock.json has no package ${name}`);
    add(path);
  }
  return [...found].sort();
}

/** npm installs these only where they fit the platform. */
const isOptional = ({ optional, os, cpu, libc }) =>
  optional === true || os !== undefined || cpu !== undefined || libc !== undefined;

/** npm writes what it has installed into a lock of its own, as its last act. */
function missing(names) {
  const file = 'node_modules/.package-lock.json';
  const installed = existsSync(file) ? readJson(file).packages : {};
  const wanted = names.length > 0 ? needed(names) : Object.keys(packages).filter((path) => path);
  return wanted.filter(
    (path) =>
      !isOptional(packages[path]) &&
      (installed[path]?.version !== packages[path].version || !existsSync(path)),
  );
}

function write(folder, names) {
  const { name, version } = readJson('package.json');
  const { devDependencies: ranges } = packages[''];
  const devDependencies = Object.fromEntries(names.map((each) => [each, ranges[each]]));
  const root = { name, version, devDependencies };
  const kept = needed(names).map((path) => [path, packages[path]]);
  const files = {
    'package.json': root,
    'package-lock.json': { ...lock, packages: { '': root, ...Object.fromEntries(kept) } },
  };
  for (const [file, content] of Object.entries(files))
    writeFileSync(join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
}

const [command, ...rest] = process.argv.slice(2);
if (command === 'list')
  console.log(
    needed(rest)
      .filter((path) => existsSync(path))
      .join('\n'),
  );
else if (command === 'missing') for (const path of missing(rest)) console.log(path);
else if (command === 'write') write(rest[0], rest.slice(1));
else throw new Error(`expected list, missing or write, received ${command}`);
