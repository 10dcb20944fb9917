/** Windows of a time series, against slices in plain JavaScript. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const range = (length: number, first = 0) => Array.from({ length }, (_, i) => first + i);
/** Makes a series of [row, row + 0.5], with the label 1000 + row where there are labels. */
function series(length: number, labels?: 'values' | 'classes', first = 0): data.Dataset {
  const rows = range(length, first);
  return data.fromArrays({
    inputs: Float32Array.from(rows.flatMap((row) => [row, row + 0.5])),
    shape: [length, 2],
    ...(labels === 'values' && { labels: Float32Array.from(rows, (row) => 1000 + row) }),
    ...(labels === 'classes' && { labels: Int32Array.from(rows, (row) => 1000 + row) }),
  });
}
/** Reads all windows: the rows of the inputs, and the labels. */
function windowsOf(set: data.Dataset) {
  const { inputs, labels } = data.gather(set, Uint32Array.from(range(set.length)));
  return range(set.length).map((i) => ({
    rows: [...inputs.subarray(i * set.features, (i + 1) * set.features)].filter((x) => x % 1 === 0),
    labels: [...(labels?.subarray(i * set.labelWidth, (i + 1) * set.labelWidth) ?? [])],
  }));
}

describe('windows', () => {
  it('are the slices of each run of rows, with the labels that follow', () => {
    fc.assert(
      fc.property(
        fc.record({
          length: fc.integer({ min: 1, max: 9 }),
          horizon: fc.nat(4),
          stride: fc.integer({ min: 1, max: 5 }),
        }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 }),
        (shape, runs) => {
          const parts = runs.map((count, i) => range(count, 100 * i));
          const expected = parts.flatMap((rows) => slices(rows, shape));
          fc.pre(expected.length > 0);
          const [first, ...others] = runs.map((count, i) => series(count, 'values', 100 * i));
          const all = others.length === 0 ? first! : first!.concat(...others);
          expect(windowsOf(all.window(shape))).toEqual(expected);
        },
      ),
    );
  });

  it('reach over no border of a split, a fold, or a gap', () => {
    const set = series(30, 'values');
    const options = { length: 3, horizon: 1 };
    const { train, validation } = set.split({ validation: 0.3, shuffle: false });
    expect(windowsOf(train.window(options))).toEqual(slices(range(21), options));
    expect(windowsOf(validation.window(options))).toEqual(slices(range(9, 21), options));
    const fold = set.kFold(3, { shuffle: false })[1]!.train;
    const expected = [...slices(range(10), options), ...slices(range(10, 20), options)];
    expect(windowsOf(fold.window(options))).toEqual(expected);
    const kept = set.filter((_, row) => row < 10 || row >= 20);
    expect(windowsOf(kept.window(options))).toEqual(expected);
    expect(windowsOf(fold.filter(() => true).window(options))).toEqual(expected);
  });

  it('are labelled, where rows have no labels, with the inputs that follow, converted', () => {
    const bytes = data.fromArrays({
      inputs: Uint8Array.from(range(6)),
      shape: [6, 1],
      scale: 0.5,
      offset: 1,
    });
    const windows = bytes.window({ length: 2, horizon: 2, stride: 2 });
    const { inputs, labels } = data.gather(windows, Uint32Array.of(1, windows.length, 0));
    expect([...inputs]).toEqual([2, 2.5, 0, 0, 1, 1.5]);
    expect([...labels!]).toEqual([3, 3.5, 0, 0, 2, 2.5]);
    expect(windows).toMatchObject({
      shape: [2, 1],
      features: 2,
      labelKind: 'dense',
      labelWidth: 2,
    });
    expect(series(5).window({ length: 5, horizon: 0 })).toMatchObject({
      labelKind: 'none',
      length: 1,
    });
  });

  it('have the class after them, or their last', () => {
    const set = series(5, 'classes');
    const labelsOf = (windows: data.Dataset) => windowsOf(windows).flatMap(({ labels }) => labels);
    expect(labelsOf(set.window({ length: 2 }))).toEqual([1002, 1003, 1004]);
    expect(labelsOf(set.window({ length: 2, horizon: 0 }))).toEqual([1001, 1002, 1003, 1004]);
    const { labels } = data.gather(set.window({ length: 4 }), Uint32Array.of(1, 0, 1));
    expect([...labels!]).toEqual([-1, 1004, -1]);
  });

  it('can be split, joined, and made of windows', () => {
    const windows = series(12, 'values').window({ length: 3 });
    const twice = windows.window({ length: 2, horizon: 1 });
    expect(windowsOf(twice)[0]).toEqual({ rows: [0, 1, 2, 1, 2, 3], labels: [1005] });
    expect(windowsOf(windows.take(2).concat(windows.skip(8)))).toEqual(
      [0, 1, 8].map((i) => ({ rows: range(3, i), labels: [1003 + i] })),
    );
  });
});

describe('windows of windows', () => {
  it('keep to the series of both where there are very many', () => {
    const length = 900_000;
    const set = data.fromArrays({ inputs: new Uint8Array(length), shape: [length, 1] });
    const pairs = set.filter((_, row) => row % 3 !== 2).window({ length: 1, horizon: 0 });
    const both = pairs.filter((_, row) => row % 4 < 3).window({ length: 2, horizon: 0 });
    expect([pairs.length, both.length]).toEqual([600_000, 150_000]);
    const firsts = pairs.filter((_, row) => row % 2 === 0).window({ length: 1, horizon: 0 });
    expect(firsts.length).toBe(300_000);
  });
});

interface Shape {
  readonly length: number;
  readonly horizon: number;
  readonly stride?: number;
}

function slices(rows: readonly number[], { length, horizon, stride = 1 }: Shape) {
  const found = [];
  for (let at = 0; at + length + horizon <= rows.length; at += stride) {
    const after =
      horizon === 0 ? [rows[at + length - 1]!] : rows.slice(at + length, at + length + horizon);
    found.push({ rows: rows.slice(at, at + length), labels: after.map((row) => 1000 + row) });
  }
  return found;
}

describe('windows are refused:', () => {
  const set = series(20, 'classes');
  it.each<[string, () => unknown, string, string]>([
    ['longer than the series', () => set.window({ length: 20 }), 'SHAPE', 'window'],
    [
      'over shuffled rows',
      () => set.shuffle({ seed: 5 }).window({ length: 12 }),
      'SHAPE',
      'window',
    ],
    ['several classes', () => set.window({ length: 2, horizon: 2 }), 'SHAPE', 'window.horizon'],
    ['no length', () => set.window({} as never), 'TYPE', 'window.length'],
    ['a length', () => set.window({ length: 0 }), 'RANGE', 'window.length'],
    ['a stride', () => set.window({ length: 2, stride: 0 }), 'RANGE', 'window.stride'],
    [
      'an option',
      () => set.window({ length: 2, size: 3 } as never),
      'UNKNOWN_OPTION',
      'window.size',
    ],
  ])('%s', async (_, body, code, path) => {
    expect(await failure(body)).toMatchObject({ code, path });
  });
});
