/** A page that lists all layers or optimizers lacks none. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nn } from '../../src/index.js';
import { kinds } from '../registry.js';

const { fromJSON, sequential, ...makers } = nn;
const layers = Object.keys(makers);
const optimizers = kinds.map(([kind]) => kind);

it.each([
  ['docs/layers.md', layers],
  ['docs/coming-from.md', [...layers, ...optimizers]],
] as const)('%s names every one', (page, names) => {
  const text = readFileSync(page, 'utf8');
  expect(names.filter((name) => !new RegExp(`[\`.]${name}\\b`).test(text))).toEqual([]);
});
