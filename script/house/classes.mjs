/** Finds classes of native whose members are defined in more than one file besides their header. */
import { readFileSync } from 'node:fs';
import { filesOf } from './imports.mjs';

/** Matches the beginning of a member's definition, also within a macro, and takes its class. */
const definition =
  /^(?:#define\b.*\s)?(?![\s#}])[^=;{]*?\b((?:[A-Z]\w*::)+)(?:~?\w+|operator[^\s(]+)\(/;

/** The classes of which a text defines members: `StepRunner` and `StepRunner::Stages`. */
export function classesDefinedIn(text) {
  const lines = text
    .replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '')
    .replace(/\\\n/g, ' ')
    .split('\n');
  const names = lines.flatMap((line) => definition.exec(line)?.[1].slice(0, -2) ?? []);
  return new Set(names);
}

/** Each such class, as `Name: one.cc, other.cc`. */
export function dividedClasses() {
  const files = new Map();
  for (const file of filesOf('native').filter((name) => /\.(?:cc|cu)$/.test(name)))
    for (const name of classesDefinedIn(readFileSync(`native/${file}`, 'utf8')))
      files.set(name, [...(files.get(name) ?? []), file]);
  return [...files]
    .filter(([, of]) => of.length > 1)
    .map(([name, of]) => `${name}: ${of.join(', ')}`);
}
