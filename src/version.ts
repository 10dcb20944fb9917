/** Reads the versions that package.json states. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

let manifest: Manifest | undefined;

function read(): Manifest {
  manifest ??= JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as Manifest;
  return manifest;
}

/** Returns the version of this package, such as `0.1.0`. */
export function packageVersion(): string {
  return read().version;
}

/** Returns the oldest version of Node.js that the package runs on, such as `20.17`. */
export function oldestNode(): string {
  return read().engines.node.replace(/^>=/, '');
}
