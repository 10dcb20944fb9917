import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';

type Options = data.ShufflerOptions;
const batchesOf = (options: Options): number[][] =>
  [...new data.Shuffler(options)].map((batch) => [...batch]);
const refusal = (code: string, path?: string) =>
  expect.objectContaining(path === undefined ? { code } : { code, path }) as Error;

const options = fc
  .record({
    length: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constantFrom(65_536, 65_537, 70_001)),
    batchSize: fc.integer({ min: 1, max: 50 }),
    world: fc.integer({ min: 1, max: 4 }),
    seed: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    exact: fc.boolean(),
  })
  .map((drawn) => ({
    ...drawn,
    batchSize: drawn.length > 300 ? drawn.batchSize * 100 : drawn.batchSize,
    world: Math.min(drawn.world, drawn.length),
  }));

/** Returns the batches of each shard. */
function shards(
  { world, ...rest }: Omit<Options, 'shard'> & { world: number },
  last: 'keep' | 'drop' | 'mask',
): number[][][] {
  return Array.from({ length: world }, (_, rank) =>
    batchesOf({ ...rest, last, shard: { rank, world } }),
  );
}

describe('coverage over shards', () => {
  it('keep: each row exactly once, in the global order', () => {
    fc.assert(
      fc.property(options, (drawn) => {
        const { length, batchSize, world, seed, exact } = drawn;
        const order = data.permutation({ length, seed, exact });
        shards(drawn, 'keep').forEach((batches, rank) => {
          const expected = [...order].filter((_, position) => position % world === rank);
          expect(batches.flat()).toEqual(expected);
          expect(batches.slice(0, -1).every((batch) => batch.length === batchSize)).toBe(true);
        });
      }),
      { numRuns: 40 },
    );
  });

  it('mask: full batches, the same number on every shard, rows once, the rest padding', () => {
    fc.assert(
      fc.property(options, (drawn) => {
        const { length, batchSize, world } = drawn;
        const all = shards(drawn, 'mask');
        const count = Math.ceil(length / (batchSize * world));
        expect(all.every((batches) => batches.length === count)).toBe(true);
        const rows = all.flat(2);
        expect(rows.length).toBe(count * batchSize * world);
        const real = rows.filter((row) => row !== length).sort((a, b) => a - b);
        expect(real).toEqual(Array.from({ length }, (_, i) => i));
      }),
      { numRuns: 40 },
    );
  });

  it('drop: full batches only, as many as fit on all shards, no row twice', () => {
    fc.assert(
      fc.property(options, (drawn) => {
        const { length, batchSize, world } = drawn;
        const count = Math.floor(length / (batchSize * world));
        fc.pre(count > 0);
        const rows = shards(drawn, 'drop').flat(2);
        expect(rows.length).toBe(count * batchSize * world);
        expect(new Set(rows).size).toBe(rows.length);
        expect(Math.max(...rows.slice(0, 10_000))).toBeLessThan(length);
      }),
      { numRuns: 40 },
    );
  });
});

describe('resuming', () => {
  it('JSON.stringify writes the state', () => {
    const shuffler = new data.Shuffler({ length: 10, batchSize: 3, seed: 2n ** 63n });
    shuffler[Symbol.iterator]().next();
    expect(JSON.parse(JSON.stringify(shuffler))).toEqual(shuffler.state());
  });

  it('goes on alike after any batch, and twice within an epoch', () => {
    const plain = { length: 103, batchSize: 10, seed: 3n };
    const shuffler = new data.Shuffler(plain);
    const whole = [...shuffler, ...shuffler].map((batch) => [...batch]);
    const resumed: number[][] = [];
    let state = new data.Shuffler(plain).state();
    for (let step = 0; step < whole.length; ++step) {
      const next = new data.Shuffler(plain);
      next.restore(JSON.parse(JSON.stringify(state)) as data.ShufflerState);
      for (const batch of next) {
        resumed.push([...batch]);
        break;
      }
      state = next.state();
    }
    expect(resumed).toEqual(whole);
    expect(state).toEqual({ ...new data.Shuffler(plain).state(), epoch: 2 });
  });

  it('may change batch size and shards', () => {
    const first = new data.Shuffler({ length: 100, batchSize: 10, seed: 3n });
    const [head] = first;
    const rest = [0, 1, 2].flatMap((rank) => {
      const shard = new data.Shuffler({
        length: 100,
        batchSize: 7,
        seed: 3n,
        shard: { rank, world: 3 },
      });
      shard.restore({ ...first.state(), epoch: 0, position: 10 });
      return [...shard].flatMap((batch) => [...batch]);
    });
    const all = [...head!, ...rest].sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  it('seeks to what iterating reaches', () => {
    const whole = batchesOf({ length: 70_001, batchSize: 1000, seed: 3n });
    const shuffler = new data.Shuffler({ length: 70_001, batchSize: 1000, seed: 3n });
    for (const at of [70, 0, 35, 1]) {
      shuffler.seek(at * 1000, 0);
      expect([...shuffler].map((batch) => [...batch])).toEqual(whole.slice(at));
    }
    expect(shuffler.epoch).toBe(1);
  });

  it('jumps in the middle of a loop', () => {
    const shuffler = new data.Shuffler({ length: 100, batchSize: 10 });
    const sizes: number[] = [];
    for (const { length } of shuffler) if (sizes.push(length) === 2) shuffler.seek(95);
    expect(sizes).toEqual([10, 10, 5]);
  });

  it.each(['keep', 'drop', 'mask'] as const)(
    'after a break at any batch is as from the state there, with last: %s',
    (last) => {
      const take = (shuffler: data.Shuffler, count: number): number[][] => {
        const batches: number[][] = [];
        for (const batch of shuffler) if (batches.push([...batch]) === count) break;
        return batches;
      };
      const shards = [
        { rank: 0, world: 1 },
        { rank: 1, world: 2 },
      ];
      for (const shard of shards) {
        const options = { length: 22, batchSize: 4, seed: 2n, last, shard };
        const { batches } = new data.Shuffler(options);
        for (let count = 1; count <= batches; count++) {
          const left = new data.Shuffler(options);
          take(left, count);
          const resumed = new data.Shuffler(options);
          resumed.restore(left.state());
          expect([left.epoch, left.position]).toEqual([resumed.epoch, resumed.position]);
          const rest = take(left, Infinity);
          expect(rest).toEqual(take(resumed, Infinity));
          expect(rest.length).toBe(count === batches ? batches : batches - count);
        }
      }
    },
  );

  it('an iterator that nobody closes at its last batch leaves its epoch, too', () => {
    const shuffler = new data.Shuffler({ length: 10, batchSize: 5 });
    const iterator = shuffler[Symbol.iterator]();
    iterator.next();
    iterator.next();
    expect([shuffler.epoch, [...shuffler].length, shuffler.epoch]).toEqual([0, 2, 2]);
  });

  it('refuses the state of another order, and stays where it was', () => {
    const state = new data.Shuffler({ length: 100, batchSize: 10, seed: 1n }).state();
    for (const other of [{ length: 101 }, { seed: 2n }, { exact: true }]) {
      const shuffler = new data.Shuffler({ length: 100, batchSize: 10, seed: 1n, ...other });
      shuffler.seek(20, 5);
      expect(() => shuffler.restore(state)).toThrow(refusal('STATE_MISMATCH'));
      expect([shuffler.position, shuffler.epoch]).toEqual([20, 5]);
    }
    const shuffler = new data.Shuffler({ length: 100, batchSize: 10, seed: 1n });
    expect(() => shuffler.restore({ ...state, version: 2 } as never)).toThrow(refusal('VERSION'));
    expect(() => shuffler.restore({ ...state, position: 101 })).toThrow(refusal('RANGE'));
    expect(() => shuffler.restore({ ...state, position: 50, epoch: 1.5 })).toThrow(refusal('TYPE'));
    const { epoch: _, ...without } = state;
    expect(() => shuffler.restore(without as never)).toThrow(refusal('TYPE'));
    expect(() => shuffler.restore({ ...state, x: 1 } as never)).toThrow(refusal('UNKNOWN_OPTION'));
    // Values that no text can be made of.
    for (const odd of [{ toString: null }, Symbol('odd'), { toString: () => ({}) }])
      for (const [key, code] of [
        ['version', 'VERSION'],
        ...['length', 'seed', 'exact', 'sampling'].map((each) => [each, 'STATE_MISMATCH'] as const),
        ...['epoch', 'position'].map((each) => [each, 'TYPE'] as const),
      ] as const)
        expect(() => shuffler.restore({ ...state, [key]: odd } as never)).toThrow(refusal(code));
    expect([shuffler.position, shuffler.epoch]).toEqual([0, 0]);
  });
});

describe('beyond 2^32 rows', () => {
  it('yields doubles, seeks at once and masks with the length', () => {
    const length = 1e12 + 1;
    const shuffler = new data.Shuffler({ length, batchSize: 4, seed: 1n, last: 'mask' });
    shuffler.seek(1e12 - 1);
    const [batch, ...none] = shuffler;
    const row = (position: number) => data.shuffledIndex({ length, seed: 1n, position });
    expect(batch).toEqual(Float64Array.of(row(1e12 - 1), row(1e12), length, length));
    expect(none).toEqual([]);
  });
});

describe('bad input', () => {
  const good = { length: 100, batchSize: 10 };
  it.each([
    [{ length: -5 }, 'RANGE', 'Shuffler.length'],
    [{ length: 2 ** 53 + 2 }, 'RANGE', 'Shuffler.length'],
    [{ seed: 1.5 }, 'SEED', 'Shuffler.seed'],
    [{ seed: 2 ** 53 }, 'SEED', 'Shuffler.seed'],
    [{ seed: '1' }, 'SEED', 'Shuffler.seed'],
    [{ batchSize: 0 }, 'RANGE', 'Shuffler.batchSize'],
    [{ batchSize: 1.5 }, 'TYPE', 'Shuffler.batchSize'],
    [{ batchSize: undefined }, 'TYPE', 'Shuffler.batchSize'],
    [{ last: 'drop', batchSize: 101 }, 'EMPTY_EPOCH', 'Shuffler'],
    [{ length: 0 }, 'EMPTY_EPOCH', 'Shuffler'],
    [{ last: 'dorp' }, 'RANGE', 'Shuffler.last'],
    [{ shard: { rank: 2, world: 2 } }, 'RANGE', 'Shuffler.shard.rank'],
    [{ shard: { rank: 0, world: 0 } }, 'RANGE', 'Shuffler.shard.world'],
    [{ shard: { rank: 0 } }, 'TYPE', 'Shuffler.shard.world'],
    [{ bachSize: 1 }, 'UNKNOWN_OPTION', 'Shuffler.bachSize'],
  ])('refuses %o with %s', (bad, code, path) => {
    expect(() => new data.Shuffler({ ...good, ...bad } as never)).toThrow(refusal(code, path));
  });

  it('names the likely option', () => {
    expect(() => new data.Shuffler({ ...good, bachSize: 1 } as never)).toThrow(/`batchSize`/);
  });

  it('refuses seeking outside', () => {
    const shuffler = new data.Shuffler(good);
    expect(() => shuffler.seek(101)).toThrow(refusal('RANGE'));
    expect(() => shuffler.seek(10, -1)).toThrow(refusal('RANGE'));
    expect(shuffler.position).toBe(0);
  });
});
