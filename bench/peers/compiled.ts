/** Contestants in C++; the first use compiles them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Absent, type Contestant } from '../harness.js';
import { processContestant, type PeerOptions } from './process.js';

const folder = join(__dirname, '..', '..', '.cache', 'peers-compiled');

interface CompiledOptions extends PeerOptions {
  /** The name of a file beside this one, without `.cc`. */
  readonly source: string;
  readonly args: readonly string[];
  /** A library to link, such as `dnnl`. */
  readonly library?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

export function compiledContestant(options: CompiledOptions): Contestant {
  const { source, args, library, environment = {} } = options;
  const find = () => ({ file: compile(source, library), args, request: {}, environment });
  return processContestant(options, find);
}

function compile(source: string, library: string | undefined): string {
  const from = join(__dirname, `${source}.cc`);
  const to = join(folder, source);
  if (existsSync(to) && statSync(to).mtimeMs > statSync(from).mtimeMs) return to;
  mkdirSync(folder, { recursive: true });
  try {
    const compiler = process.env['CXX'] ?? 'c++';
    const libraries = library === undefined ? [] : [`-l${library}`];
    const options = ['-std=c++20', '-O3', '-march=native', '-o', to, from, ...libraries];
    execFileSync(compiler, options, { stdio: 'ignore' });
  } catch {
    throw new Absent(
      library === undefined ? 'no C++ compiler' : `no C++ compiler or lib${library}`,
    );
  }
  return to;
}
