/** The version of this package. */
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

/** As package.json has it: `0.1.0`. */
export function packageVersion(): string {
  return read().version;
}

/** The oldest Node.js that the package runs on: `20.17`. */
export function oldestNode(): string {
  return read().engines.node.replace(/^>=/, '');
}
