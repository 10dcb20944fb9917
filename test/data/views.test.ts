/** Views show the rows that their definitions say, against lists of rows in plain JavaScript. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { native } from '../../src/native.js';
import { failure } from '../oracle/failure.js';

/** Makes a data set whose inputs and labels tell the row: [row, -row], and the class row % 7. */
function numbered(length: number, first = 0): data.Dataset {
  const rows = Array.from({ length }, (_, i) => first + i);
  return data.fromArrays({
    inputs: Float32Array.from(rows.flatMap((row) => [row, -row])),
    shape: [length, 2],
    labels: Int32Array.from(rows, (row) => row % 7),
  });
}

/** Reads all rows in a scattered order, and checks that inputs and labels belong together. */
function rowsOf(set: data.Dataset): number[] {
  const { length } = set;
  const order = data.permutation({ length, seed: 3n }) as Uint32Array;
  const { inputs, labels } = data.gather(set, order);
  const rows = new Array<number>(length);
  order.forEach((at, i) => {
    rows[at] = inputs[2 * i]!;
    expect(inputs[2 * i + 1]).toBe(-inputs[2 * i]!);
    expect(labels![i]).toBe(rows[at] % 7);
  });
  return rows;
}

/** A chain of views, and what it makes of a list. */
type Step = {
  readonly of: (set: data.Dataset) => data.Dataset;
  readonly list: (rows: number[]) => number[];
};

const shareOf = (length: number, share: number) => Math.floor(share * length);
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }).map((share) => ({
    of: (set: data.Dataset) => set.take(Math.max(1, shareOf(set.length, share))),
    list: (rows: number[]) => rows.slice(0, Math.max(1, shareOf(rows.length, share))),
  })),
  fc.double({ min: 0, max: 0.99, noNaN: true }).map((share) => ({
    of: (set: data.Dataset) => set.skip(shareOf(set.length, share)),
    list: (rows: number[]) => rows.slice(shareOf(rows.length, share)),
  })),
  fc.array(fc.nat(10 ** 6), { minLength: 1, maxLength: 30 }).map((picks) => ({
    of: (set: data.Dataset) => set.select(picks.map((pick) => pick % set.length)),
    list: (rows: number[]) => picks.map((pick) => rows[pick % rows.length]!),
  })),
  fc.nat(5).map((odd) => ({
    of: (set: data.Dataset) => {
      const first = data.gather(set, Uint32Array.of(0)).inputs[0];
      return set.filter(({ inputs }) => inputs[0] === first || inputs[0]! % 6 !== odd);
    },
    list: (rows: number[]) => rows.filter((row) => row === rows[0] || row % 6 !== odd),
  })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map((seed) => ({
    of: (set: data.Dataset) => set.shuffle({ seed }),
    list: (rows: number[]) => {
      const order = new Uint32Array(rows.length);
      const options = { length: rows.length, seed, epoch: 0, exact: false, view: true };
      new native.Order(options).indices(0, 1, order);
      return Array.from(order, (row) => rows[row]!);
    },
  })),
  fc.integer({ min: 2, max: 4 }).map((k) => ({
    of: (set: data.Dataset) => (set.length < k ? set : set.kFold(k, { shuffle: false })[1]!.train),
    list: (rows: number[]) => {
      if (rows.length < k) return rows;
      const first = Math.ceil(rows.length / k);
      return [...rows.slice(0, first), ...rows.slice(first + Math.ceil((rows.length - 1) / k))];
    },
  })),
  fc.integer({ min: 1, max: 50 }).map((length) => ({
    of: (set: data.Dataset) => set.concat(numbered(length, 1000), set),
    list: (rows: number[]) => [...rows, ...Array.from({ length }, (_, i) => 1000 + i), ...rows],
  })),
);

describe('views', () => {
  it('have, as views of views do, the rows of their definitions', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.array(step, { maxLength: 5 }),
        (length, steps) => {
          const all = Array.from({ length }, (_, i) => i);
          const expected = steps.reduce((rows, { list }) => list(rows), all);
          expect(rowsOf(steps.reduce((set, { of }) => of(set), numbered(length)))).toEqual(
            expected,
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('shuffle more than 2^16 rows alike at every position and on every instruction set', () => {
    const length = 2 ** 16 + 4321;
    const inputs = Uint8Array.from({ length }, (_, row) => row % 251);
    const view = data.fromArrays({ inputs, shape: [length, 1] }).shuffle({ seed: 9n });
    const rows = view.sourceRows();
    const differenceFrom = (listed: Uint32Array) => rows.findIndex((row, i) => row !== listed[i]);
    for (const isa of ['baseline', 'avx2', 'avx512'].slice(0, isas())) {
      const listed = new Uint32Array(length);
      const options = { length, seed: 9n, epoch: 0, exact: false, view: true, isa };
      new native.Order(options).indices(0, 1, listed);
      expect(differenceFrom(listed)).toBe(-1);
    }
    const scattered = data.permutation({ length, seed: 9n }) as Uint32Array;
    const gathered = data.gather(view, scattered).inputs;
    expect(gathered.findIndex((byte, i) => byte !== rows[scattered[i]!]! % 251)).toBe(-1);
    expect(new Set(rows).size).toBe(length);
    expect(differenceFrom(scattered)).toBeGreaterThan(-1);
  });

  it('keep their rows when the data set that they look at is disposed of', () => {
    const set = numbered(40);
    const { train, validation } = set.split({ validation: 0.25, seed: 1 });
    set.dispose();
    expect([...rowsOf(train), ...rowsOf(validation)].sort((a, b) => a - b)).toEqual(
      Array.from({ length: 40 }, (_, i) => i),
    );
    train.dispose();
    expect(() => train.take(1)).toThrow(expect.objectContaining({ code: 'DISPOSED' }) as Error);
  });

  it('name their rows in the data set that they look at', () => {
    const set = numbered(100)
      .skip(10)
      .filter(({ label }) => label === 3);
    expect([...set.sourceRows()]).toEqual(rowsOf(set));
    expect(set.sourceRows()[0]).toBe(10);
    expect([...numbered(3).sourceRows()]).toEqual([0, 1, 2]);
  });

  it('give padding where it is asked for', () => {
    const joined = numbered(5).skip(2).concat(numbered(2, 100));
    for (const set of [numbered(9).skip(4), joined, numbered(12).shuffle().take(5)]) {
      const { inputs, labels } = data.gather(set, Uint32Array.of(5, 4, 5));
      expect([...inputs.subarray(0, 2), ...inputs.subarray(4)]).toEqual([0, 0, 0, 0]);
      expect([labels![0], labels![2]]).toEqual([-1, -1]);
      expect(labels![1]).toBe(inputs[2]! % 7);
    }
  });

  it('can be chained hundreds of times, and nested to a limit', async () => {
    let set = numbered(900);
    for (let i = 0; i < 700; i++)
      set = i % 2 === 0 ? set.skip(1) : set.select([...set.sourceRows().keys()]);
    expect(rowsOf(set)[0]).toBe(350);
    const nest = () => {
      let nested = numbered(2);
      for (let i = 0; i < 100; i++) nested = nested.concat(numbered(1));
    };
    expect(await failure(nest)).toMatchObject({ code: 'DEPTH' });
  });
});

function isas(): number {
  return 1 + ['baseline', 'avx2', 'avx512'].indexOf(native.isa());
}

describe('views are refused:', () => {
  const set = numbered(10);
  const plain = data.fromArrays({ inputs: new Float32Array(4), shape: [2, 2] });
  const bytes = data.fromArrays({
    inputs: new Uint8Array(4),
    shape: [2, 2],
    labels: Int32Array.of(0, 1),
  });
  it.each<[string, () => unknown, string, string?]>([
    ['no row', () => set.take(0), 'RANGE', 'take.count'],
    ['too many rows', () => set.take(11), 'RANGE', 'take.count'],
    ['half a row', () => set.take(1.5), 'TYPE', 'take.count'],
    ['all rows skipped', () => set.skip(10), 'RANGE', 'skip.count'],
    ['a row beyond', () => set.select([3, 10]), 'RANGE', 'select[1]'],
    [
      'a row beyond, in an array of integers',
      () => set.select(Uint32Array.of(3, 10)),
      'RANGE',
      'select[1]',
    ],
    ['no selected row', () => set.select([]), 'RANGE', 'select'],
    ['rows of another type', () => set.select(Float32Array.of(1) as never), 'DTYPE', 'select'],
    ['nothing kept', () => set.filter(() => false), 'RANGE', 'filter'],
    ['a promise of a filter', () => set.filter((() => Promise.resolve(true)) as never), 'TYPE'],
    ['no function', () => set.filter(3 as never), 'TYPE', 'filter'],
    ['a seed', () => set.shuffle({ seed: -1 }), 'SEED', 'shuffle.seed'],
    [
      'an unknown option',
      () => set.shuffle({ sede: 1 } as never),
      'UNKNOWN_OPTION',
      'shuffle.sede',
    ],
    ['nothing to join', () => set.concat(), 'RANGE', 'concat'],
    ['other labels', () => set.concat(plain), 'SHAPE', 'concat[0]'],
    ['another type', () => set.concat(set, bytes), 'SHAPE', 'datasets[2]'],
    ['no data set', () => set.concat({} as never), 'TYPE', 'concat[0]'],
  ])('%s', async (_, body, code, path) => {
    const error = await failure(body);
    expect(error).toMatchObject(path === undefined ? { code } : { code, path });
  });
});
