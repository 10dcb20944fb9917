import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { native } from '../../src/native.js';
import { lab } from '../lab.js';
import { fisherYates } from '../oracle/shuffle.js';

const isas = ['baseline', 'avx2', 'avx512'].slice(
  0,
  1 + ['baseline', 'avx2', 'avx512'].indexOf(native.isa()),
);

function order(
  length: number,
  options: { seed?: bigint; exact?: boolean; isa?: string; threads?: number } = {},
): Uint32Array {
  const { seed = 5n, exact = false, ...execution } = options;
  const out = new Uint32Array(length);
  new native.Order({ length, seed, epoch: 2, exact, ...execution }).indices(0, 1, out);
  return out;
}

function isPermutation(values: Uint32Array | Float64Array): boolean {
  const seen = new Uint8Array(values.length);
  for (const value of values) seen[value] = 1;
  return !seen.includes(0);
}

/** Powers of two, which include those of four, and their neighbours. */
const edges = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => 2 ** (from + i)).flatMap((power) =>
    [-2, -1, 0, 1, 2].map((offset) => power + offset),
  );
const digest = (values: ArrayBufferView) =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');

describe('every order is a permutation', () => {
  it('holds at each length up to 4096: exact, and the cipher at any even number of rounds', () => {
    const failed: string[] = [];
    for (let length = 1; length <= 4096; ++length) {
      if (!isPermutation(order(length))) failed.push(`exact ${length}`);
      const out = new Float64Array(length);
      const rounds = 2 + 2 * (length % 4);
      lab.cipherIndices({ length, seed: 5n, epoch: 0, rounds }, 0, out);
      if (!isPermutation(out)) failed.push(`cipher ${length}, ${rounds} rounds`);
    }
    expect(failed).toEqual([]);
  });

  // 2^26 takes half a minute, so it runs with THALWEG_TEST_LONG=1 only.
  const last = process.env['THALWEG_TEST_LONG'] ? 26 : 22;
  it(`holds at 2^k and its neighbours up to 2^${last}`, () => {
    const failed = edges(13, last).filter((length) => !isPermutation(order(length)));
    expect(failed).toEqual([]);
  });

  it('holds across bucket borders when exact', () => {
    const failed = [...edges(16, 20), 3_000_001].filter(
      (length) => !isPermutation(order(length, { exact: true })),
    );
    expect(failed).toEqual([]);
  });
});

describe('the bits of an order', () => {
  const lengths = [1, 2, 3, 63, 64, 65, 1000, 2 ** 16, 2 ** 16 + 1, 100_003, 2 ** 18 + 1, 2 ** 20];

  it.each([false, true])('agree across instruction sets and threads (exact: %s)', (exact) => {
    for (const length of lengths) {
      const expected = digest(order(length, { exact, threads: 1 }));
      for (const isa of isas)
        for (const threads of [1, 2, 7])
          expect(
            digest(order(length, { exact, isa, threads })),
            `${length} ${isa} ${threads}`,
          ).toBe(expected);
    }
  });

  it('are Fisher-Yates as written from its definition, up to 2^16 rows', () => {
    for (const length of [1, 2, 3, 17, 64, 65, 200, 2 ** 16]) {
      const expected = fisherYates(length, 2n ** 63n + 5n, 2n);
      expect([...order(length, { seed: 2n ** 63n + 5n })]).toEqual(expected);
    }
  });

  it('are the cipher evaluated row by row above', () => {
    for (const length of [2 ** 16 + 1, 100_003, 2 ** 20 + 1]) {
      const out = new Float64Array(length);
      lab.cipherIndices({ length, seed: 5n, epoch: 2, rounds: 8 }, 0, out);
      expect(digest(Uint32Array.from(out))).toBe(digest(order(length)));
    }
  });

  it('agree in vectors, one by one, and with strides, to 2^53', () => {
    const length = fc.oneof(
      fc.constantFrom(70_000, 2 ** 32 - 1, 2 ** 32, 2 ** 32 + 1, 1e12, 2 ** 53 - 1),
      fc.integer({ min: 2 ** 16 + 1, max: Number.MAX_SAFE_INTEGER }),
    );
    const place = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(length, place, fc.integer({ min: 1, max: 999 }), (length, at, stride) => {
        const first = Math.floor(at * Math.max(0, length - 300 * stride - 1));
        const count = Math.min(300, Math.floor((length - 1 - first) / stride) + 1);
        for (const isa of isas) {
          const out = new Float64Array(count);
          const options = { length, seed: 9n, epoch: 1, exact: false, isa };
          new native.Order(options).indices(first, stride, out);
          for (let i = 0; i < count; i += 37) {
            const position = first + i * stride;
            const expected = data.shuffledIndex({ length, seed: 9n, epoch: 1, position });
            expect(out[i]).toBe(expected);
            expect(expected).toBeLessThan(length);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are frozen', () => {
    const file = join(__dirname, 'golden', 'orders.json');
    const golden = JSON.parse(readFileSync(file, 'utf8')) as {
      small: number[];
      digests: Record<string, string>;
      sparse: Record<string, number[]>;
    };
    expect([...data.permutation({ length: 12, seed: 7n, epoch: 3 })]).toEqual(golden.small);
    for (const [name, expected] of Object.entries(golden.digests)) {
      const [length, kind] = name.split(' ');
      const options = { length: Number(length), seed: 7n, epoch: 3, exact: kind === 'exact' };
      expect(digest(data.permutation(options)), name).toBe(expected);
    }
    for (const [length, expected] of Object.entries(golden.sparse)) {
      const n = Number(length);
      const at = [0, 1, 2, 999, Math.floor(n / 2), n - 1];
      const rows = at.map((position) =>
        data.shuffledIndex({ length: n, seed: 7n, epoch: 3, position }),
      );
      expect(rows, length).toEqual(expected);
    }
  });
});

describe('data.permutation', () => {
  it('fills a given array, and equals shuffledIndex', () => {
    const out = new Uint32Array(70_000);
    expect(data.permutation({ length: 70_000, seed: 1, out })).toBe(out);
    for (const position of [0, 1, 2, 69_999])
      expect(data.shuffledIndex({ length: 70_000, seed: 1n, position })).toBe(out[position]);
    expect(data.permutation({ length: 0 })).toEqual(new Uint32Array(0));
  });

  it('gives the identity only by chance: seed, epoch and length all change it', () => {
    const base = { length: 1000, seed: 1n, epoch: 1 };
    const others = [{ seed: 2n }, { epoch: 2 }, { seed: 1n + 2n ** 63n }, { epoch: 2 ** 40 }];
    const digests = others.map((other) => digest(data.permutation({ ...base, ...other })));
    expect(new Set([digest(data.permutation(base)), ...digests]).size).toBe(5);
  });

  it.each([
    [{ length: -5 }, 'RANGE', 'permutation.length'],
    [{ length: 2 ** 53 + 2 }, 'RANGE', 'permutation.length'],
    [{ length: 2.5 }, 'TYPE', 'permutation.length'],
    [{ length: '5' }, 'TYPE', 'permutation.length'],
    [{ length: 5, seed: 1.5 }, 'SEED', 'permutation.seed'],
    [{ length: 5, seed: -1n }, 'SEED', 'permutation.seed'],
    [{ length: 5, seed: 2n ** 64n }, 'SEED', 'permutation.seed'],
    [{ length: 5, epoch: -1 }, 'RANGE', 'permutation.epoch'],
    [{ length: 5, exact: 1 }, 'TYPE', 'permutation.exact'],
    [{ length: 5, sede: 1 }, 'UNKNOWN_OPTION', 'permutation.sede'],
    [{ length: 5, out: new Uint32Array(4) }, 'SHAPE', 'permutation.out'],
    [{ length: 5, out: new Int32Array(5) }, 'DTYPE', 'permutation.out'],
    [{ length: 2 ** 50 }, 'MEMORY', 'length'],
  ])('refuses %o with %s', (options, code, path) => {
    expect(() => data.permutation(options as never)).toThrow(
      expect.objectContaining({ code, path }) as Error,
    );
  });

  it('refuses resizable, detached and shared arrays, and changes nothing', () => {
    const detached = new Uint32Array(5);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    expect(() => data.permutation({ length: 5, out: detached })).toThrow(
      expect.objectContaining({ code: 'DETACHED' }) as Error,
    );
    const ResizableBuffer = ArrayBuffer as unknown as new (
      bytes: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer;
    const out = new Uint32Array(new ResizableBuffer(20, { maxByteLength: 40 }));
    expect(() => data.permutation({ length: 5, out })).toThrow(
      expect.objectContaining({ code: 'RESIZABLE' }) as Error,
    );
    const shared = new Uint32Array(new SharedArrayBuffer(20));
    expect(() => data.permutation({ length: 5, out: shared as never })).toThrow(
      expect.objectContaining({ code: 'TYPE' }) as Error,
    );
    expect([...out, ...shared]).toEqual(Array(10).fill(0));
  });

  it('refuses positions outside', () => {
    for (const position of [-1, 10, 10n, 2 ** 53])
      expect(() => data.shuffledIndex({ length: 10, position })).toThrow(
        expect.objectContaining({ code: 'RANGE' }) as Error,
      );
  });
});
