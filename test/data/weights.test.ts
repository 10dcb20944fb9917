/** Weights that are refused before they cost memory or leave a network untrained. */
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const set = data.fromArrays({
  inputs: new Float32Array(4),
  shape: [4, 1],
  labels: Int32Array.of(0, 1, 1, 1),
});

/** Returns a list of 2^31 + 1 items, of which only the last is there. */
function sparse(): number[] {
  const list: number[] = [];
  list[2 ** 31] = 1;
  return list;
}

describe('weights are refused:', () => {
  it.each<[string, data.WeightOptions, string, string]>([
    ['long lists with holes', { classes: sparse() }, 'TYPE', 'withWeights.classes[0]'],
    ['a class of no row', { classes: { 9: 100 } }, 'RANGE', 'withWeights.classes[9]'],
    [
      'a class in hexadecimal',
      { classes: { '0x1': 2 } as never },
      'RANGE',
      'withWeights.classes[0x1]',
    ],
    ['no class', { classes: { '': 2 } as never }, 'RANGE', 'withWeights.classes[]'],
    ['a class with a zero', { classes: { '01': 2 } as never }, 'RANGE', 'withWeights.classes[01]'],
    ['classes of no weight', { classes: { 0: 0, 1: 0 } }, 'RANGE', 'withWeights'],
    ['rows of no weight', { examples: [0, 0, 0, 0] }, 'RANGE', 'withWeights'],
    ['a negative weight', { classes: [1, -1] }, 'RANGE', 'withWeights.classes[1]'],
  ])('%s', async (_, options, code, path) => {
    expect(await failure(() => set.withWeights(options))).toMatchObject({ code, path });
  });
});

it('a list of weights may have classes that no row of a part has', () => {
  expect(set.withWeights({ classes: [1, 2, 3] }).weighted).toBe(true);
});
