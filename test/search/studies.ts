/** Studies in a store, and what its file holds. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { search } from '../../src/index.js';
import { newFolder } from '../new-folder.js';

export const space = {
  rate: search.logUniform(1e-6, 10),
  units: search.integer(8, 64),
  kind: search.choice(['a', 'b', null]),
  momentum: search.conditional(search.uniform(0, 1), { when: { kind: 'a' } }),
};

export const objective = (trial: search.Trial<search.Values<typeof space>>): number => {
  trial.report(0, trial.values.units);
  return Math.abs(Math.log10(trial.values.rate) + 2) + trial.values.units / 100;
};

export const newStore = (): string => join(newFolder(), 'study.jsonl');

export const base = { space, objective, sampler: 'random', seed: 4 } as const;

export const linesOf = (file: string): Record<string, unknown>[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
