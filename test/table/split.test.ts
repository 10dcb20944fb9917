/** Splits and folds of tables follow the rules of those of data sets. */
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const kinds = Array.from({ length: 100 }, (_, i) => (i % 5 === 0 ? null : i % 2 === 0));
const table = data.rows(kinds.map((kind, i) => ({ i, kind, patient: `p${i % 20}` })));
const set = data.fromArrays({ inputs: new Float32Array(100), shape: [100, 1] });
const of = (part: data.Table): number[] => [...part.column('i')].map(Number);
const sorted = (rows: Iterable<number>): number[] => [...rows].sort((a, b) => a - b);

describe('a split of a table', () => {
  it.each<data.DatasetSplitOptions>([
    { validation: 0.25, test: 10, seed: 7 },
    { validation: 1 },
    { test: 3, shuffle: false },
    { validation: 0.3, stratify: kinds.map(String), seed: 2n },
  ])('has the rows of a data set in their order, %o', (options) => {
    const mine = table.split(options as data.TableSplitOptions);
    const theirs = set.split(options);
    for (const name of ['train', 'validation', 'test'] as const)
      expect(mine[name] && of(mine[name])).toEqual(
        theirs[name] && sorted(theirs[name].sourceRows()),
      );
  });

  it('has shares of the values of a column, missing ones too', () => {
    const { validation } = table.split({ validation: 0.5, stratify: 'kind', seed: 3 });
    const count = (kind: boolean | null): number =>
      [...validation.column('kind')].filter((each) => each === kind).length;
    expect([count(null), count(true), count(false)]).toEqual([10, 20, 20]);
  });

  it.each<[string, unknown, string, string]>([
    ['no options', undefined, 'TYPE', 'split'],
    ['no part', {}, 'RANGE', 'split'],
    ['no row for training', { validation: 0.5, test: 0.5 }, 'RANGE', 'split'],
    ['a text as a seed', { test: 1, seed: '1' }, 'SEED', 'split.seed'],
    ['an unknown option', { train: 0.8 }, 'UNKNOWN_OPTION', 'split.train'],
    ['classes that a table lacks', { test: 1, stratify: true }, 'TYPE', 'split.stratify'],
    ['a misspelt column', { test: 1, groupBy: 'patients' }, 'MISSING', 'column'],
  ])('refuses %s', async (_, options, code, path) => {
    expect(await failure(() => table.split(options as never))).toMatchObject({ code, path });
  });
});

describe('folds of a table', () => {
  it('have every row in one validation, and keep groups whole', () => {
    const folds = table.kFold(5, { groupBy: 'patient', seed: 4 });
    expect(sorted(folds.flatMap(({ validation }) => of(validation)))).toEqual([...kinds.keys()]);
    for (const { train, validation } of folds) {
      expect(sorted([...of(train), ...of(validation)])).toEqual([...kinds.keys()]);
      const inside = new Set(validation.column('patient'));
      expect([...train.column('patient')].filter((each) => inside.has(each))).toEqual([]);
      expect(inside.size).toBe(4);
    }
  });

  it('are refused where there are more than rows', async () => {
    expect(await failure(() => table.kFold(101))).toMatchObject({ code: 'RANGE', path: 'kFold.k' });
  });
});
