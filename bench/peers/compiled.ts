/** Contestants in C++; the first use compiles them. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Absent, type Contestant } from '../harness.js';
import { processContestant, type PeerOptions } from './process.js';

const folder = join(__dirname, '..', '..', '.cache', 'peers-compiled');

/** `source` names a file beside this one, without `.cc`. */
export function compiledContestant(
  options: PeerOptions & { readonly source: string; readonly args: readonly string[] },
): Contestant {
  const { source, args } = options;
  return processContestant(options, () => ({ file: compile(source), args, request: {} }));
}

function compile(source: string): string {
  const from = join(__dirname, `${source}.cc`);
  const to = join(folder, source);
  if (existsSync(to) && statSync(to).mtimeMs > statSync(from).mtimeMs) return to;
  mkdirSync(folder, { recursive: true });
  try {
    const compiler = process.env['CXX'] ?? 'c++';
    execFileSync(compiler, ['-std=c++20', '-O3', '-march=native', '-o', to, from]);
  } catch {
    throw new Absent('no C++ compiler');
  }
  return to;
}
