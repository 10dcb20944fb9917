/** Splits and folds: disjoint, whole, with even shares, the same on every machine. */
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { native } from '../../src/native.js';
import { failure } from '../oracle/failure.js';

afterEach(() => {
  native.setThreadCount(0);
});

const ofClasses = (classes: readonly number[]) =>
  data.fromArrays({
    inputs: new Uint8Array(classes.length),
    shape: [classes.length, 1],
    labels: Int32Array.from(classes),
  });
const range = (length: number) => Array.from({ length }, (_, i) => i);
const sorted = (rows: Iterable<number>) => [...rows].sort((a, b) => a - b);
const seeds = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const shares = fc.record({
  validation: fc.double({ min: 0.05, max: 0.45, noNaN: true }),
  test: fc.double({ min: 0.05, max: 0.45, noNaN: true }),
});
const labels = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 30, maxLength: 200 });

describe('a split', () => {
  it('has every row once, in the sizes that were asked for', () => {
    fc.assert(
      fc.property(
        labels,
        shares,
        seeds,
        fc.boolean(),
        fc.boolean(),
        (classes, parts, seed, stratify, shuffle) => {
          const set = ofClasses(classes);
          const { train, validation, test } = set.split({ ...parts, seed, stratify, shuffle });
          const rows = [train, validation, test].map((part) => [...part.sourceRows()]);
          expect(sorted(rows.flat())).toEqual(range(classes.length));
          expect(validation.length).toBe(Math.round(parts.validation * classes.length));
          expect(test.length).toBe(Math.round(parts.test * classes.length));
          if (!shuffle && !stratify) expect(rows.flat()).toEqual(range(classes.length));
        },
      ),
    );
  });

  it('stratified gives each part its share of each class, within one row', () => {
    fc.assert(
      fc.property(labels, shares, seeds, (classes, parts, seed) => {
        const { train, validation, test } = ofClasses(classes).split({
          ...parts,
          seed,
          stratify: true,
        });
        for (const part of [train, validation, test])
          for (let label = 0; label < 6; label++) {
            const count = [...part.sourceRows()].filter((row) => classes[row] === label).length;
            const exact =
              (classes.filter((each) => each === label).length * part.length) / classes.length;
            expect(Math.abs(count - exact)).toBeLessThanOrEqual(1);
          }
      }),
    );
  });

  it('keeps groups whole and exceeds no size by a group', () => {
    const groups = fc.array(fc.integer({ min: 0, max: 25 }), { minLength: 60, maxLength: 200 });
    fc.assert(
      fc.property(groups, seeds, (keys, seed) => {
        const size = (key: number) => keys.filter((each) => each === key).length;
        const largest = Math.max(...keys.map(size));
        fc.pre(0.25 * keys.length > 2 * largest);
        const texts = keys.map((key) => `patient ${key}`);
        const set = ofClasses(keys);
        const { train, validation } = set.split({ validation: 0.25, groupBy: texts, seed });
        const of = (part: data.Dataset) =>
          new Set(Array.from(part.sourceRows(), (row) => keys[row]));
        expect(of(train).size + of(validation).size).toBe(new Set(keys).size);
        expect(train.length + validation.length).toBe(keys.length);
        expect(Math.abs(validation.length - 0.25 * keys.length)).toBeLessThan(largest + 1);
      }),
    );
  });

  it('is the same at any number of threads, another with another seed, and like no epoch', () => {
    const set = ofClasses(range(70_000).map((i) => i % 10));
    const rowsOf = (seed: number, stratify: boolean) =>
      set.split({ validation: 0.2, seed, stratify }).validation.sourceRows();
    for (const stratify of [false, true]) {
      native.setThreadCount(1);
      const alone = rowsOf(4, stratify);
      native.setThreadCount(4);
      expect(rowsOf(4, stratify)).toEqual(alone);
      expect(rowsOf(5, stratify)).not.toEqual(alone);
      const same = Array.from(alone).filter((row) => alone[row % alone.length] === row).length;
      expect(same).toBeLessThan(20);
    }
  });

  it('takes no list of rows unless classes or groups need one', () => {
    const length = 2 ** 24;
    const set = data.fromArrays({ inputs: new Uint8Array(length), shape: [length, 1] });
    const before = process.memoryUsage().external;
    const parts = [
      set.split({ validation: 0.1 }),
      ...set.kFold(10),
      ...set.kFold(10, { shuffle: false }),
    ];
    expect(process.memoryUsage().external - before).toBeLessThan(2 ** 20);
    expect(parts).toHaveLength(21);
  });
});

describe('folds', () => {
  it('have every row in one validation, and the others in its training', () => {
    fc.assert(
      fc.property(
        labels,
        fc.integer({ min: 2, max: 12 }),
        seeds,
        fc.boolean(),
        (classes, k, seed, stratify) => {
          const folds = ofClasses(classes).kFold(k, { seed, stratify });
          expect(sorted(folds.flatMap(({ validation }) => [...validation.sourceRows()]))).toEqual(
            range(classes.length),
          );
          for (const { train, validation } of folds) {
            expect(sorted([...train.sourceRows(), ...validation.sourceRows()])).toEqual(
              range(classes.length),
            );
            expect([Math.floor(classes.length / k), Math.ceil(classes.length / k)]).toContain(
              validation.length,
            );
            if (stratify)
              for (let label = 0; label < 6; label++) {
                const count = [...validation.sourceRows()].filter(
                  (row) => classes[row] === label,
                ).length;
                const all = classes.filter((each) => each === label).length;
                expect(
                  Math.abs(count - (all * validation.length) / classes.length),
                ).toBeLessThanOrEqual(1);
              }
          }
        },
      ),
    );
  });

  it('keep groups whole', () => {
    const keys = range(90).map((i) => i % 15);
    const folds = ofClasses(keys).kFold(5, { groupBy: Int32Array.from(keys), seed: 3 });
    const found = folds.map(
      ({ validation }) => new Set(Array.from(validation.sourceRows(), (row) => keys[row])),
    );
    expect(found.map(({ size }) => size)).toEqual([3, 3, 3, 3, 3]);
    expect(new Set(found.flatMap((set) => [...set])).size).toBe(15);
  });

  it('leave one out', () => {
    const folds = ofClasses([0, 1, 0]).kFold(3, { shuffle: false });
    expect(folds.map(({ validation }) => [...validation.sourceRows()])).toEqual([[0], [1], [2]]);
    expect(folds.map(({ train }) => [...train.sourceRows()])).toEqual([
      [1, 2],
      [0, 2],
      [0, 1],
    ]);
  });
});

describe('splits are refused:', () => {
  const set = ofClasses([0, 1, 0, 1, 0, 1, 0, 1, 0, 1]);
  const values = data.fromArrays({
    inputs: new Uint8Array(4),
    shape: [4, 1],
    labels: new Float32Array(4),
  });
  it.each<[string, () => unknown, string, string]>([
    ['no part', () => set.split({}), 'RANGE', 'split'],
    ['no options', () => set.split(undefined as never), 'TYPE', 'split'],
    ['all rows', () => set.split({ validation: 5, test: 5 }), 'RANGE', 'split'],
    ['a share of none', () => set.split({ validation: 0.01 }), 'RANGE', 'split.validation'],
    ['a negative share', () => set.split({ validation: -0.2 }), 'RANGE', 'split.validation'],
    ['a part of a row', () => set.split({ validation: 1.5 }), 'TYPE', 'split.validation'],
    ['a name', () => set.split({ valid: 0.2 } as never), 'UNKNOWN_OPTION', 'split.valid'],
    ['keys of other rows', () => set.split({ test: 2, groupBy: [1, 2] }), 'SHAPE', 'split.groupBy'],
    [
      'a key',
      () => set.split({ test: 2, groupBy: new Array(10).fill(null) as never }),
      'TYPE',
      'split.groupBy[0]',
    ],
    [
      'one group',
      () => set.split({ test: 2, groupBy: new Array<number>(10).fill(1) }),
      'RANGE',
      'split.groupBy',
    ],
    [
      'both',
      () => set.split({ test: 2, stratify: true, groupBy: range(10) }),
      'UNSUPPORTED',
      'split.groupBy',
    ],
    ['no classes', () => values.split({ test: 1, stratify: true }), 'SHAPE', 'labels'],
    ['one fold', () => set.kFold(1), 'RANGE', 'kFold.k'],
    ['more folds than rows', () => set.kFold(11), 'RANGE', 'kFold.k'],
  ])('%s', async (_, body, code, path) => {
    expect(await failure(body)).toMatchObject({ code, path });
  });
});
