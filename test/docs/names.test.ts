/** Pages that list all layers, optimizers, schedules and so on lack none, and README counts them. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { callbacks, metrics, nn, schedule, tune } from '../../src/index.js';
import { lossNames } from '../../src/loss/loss.js';
import { activationNames } from '../../src/nn/activation.js';
import { kinds } from '../registry.js';

const { fromJSON, load, sequential, ...makers } = nn;
const { check, valueAt, ...schedules } = schedule;
const layers = Object.keys(makers);
const optimizers = kinds.map(([kind]) => kind);

/** The names that a page lacks as code, such as `` `relu` `` or `nn.relu`. */
const lacking = (text: string, names: readonly string[]): string[] =>
  names.filter((name) => !new RegExp(`[\`.'\\[]${name}\\b`).test(text));

it.each([
  ['docs/layers.md', layers],
  ['docs/coming-from.md', [...layers, ...optimizers, ...lossNames]],
  ['docs/schedules.md', Object.keys(schedules)],
  ['docs/callbacks.md', [...Object.keys(callbacks), ...Object.keys(metrics), ...Object.keys(tune)]],
] as const)('%s names every one', (page, names) => {
  const text = readFileSync(page, 'utf8');
  expect(lacking(text, names)).toEqual([]);
  expect(lacking(text, ['relus', 'adamX'])).toEqual(['relus', 'adamX']);
});

const upToNineteen =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const tens = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety'];

/** A number below 100 in words. */
function inWords(count: number): string {
  if (count < 20) return upToNineteen[count]!;
  const ones = count % 10 === 0 ? '' : `-${upToNineteen[count % 10]}`;
  return `${tens[Math.floor(count / 10)]}${ones}`;
}

it.each([
  ['layers', /\*\*Layers\*\*: ([\w-]+), /, layers],
  ['activations', / ([\w-]+) activations /, activationNames],
  ['losses', / ([\w-]+) \[losses\]/, lossNames],
  ['optimizers', /\*\*Optimizers\*\*: ([\w-]+), /, optimizers],
  ['schedules', /\*\*Schedules\*\*: ([\w-]+) kinds/, Object.keys(schedules)],
] as const)('README counts the %s', (_, number, names) => {
  const text = readFileSync('README.md', 'utf8').replace(/\s+/g, ' ');
  expect(number.exec(text)?.[1]).toBe(inWords(names.length));
});
