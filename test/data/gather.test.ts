import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { native } from '../../src/native.js';

const isas = ['baseline', 'avx2', 'avx512'].slice(
  0,
  1 + ['baseline', 'avx2', 'avx512'].indexOf(native.isa()),
);
const refusal = (code: string, path: string) => expect.objectContaining({ code, path }) as Error;
const float = Math.fround;

/** Compares bytes, because vitest's comparison takes seconds over long arrays. */
const equal = (a: Float32Array, b: Float32Array) =>
  Buffer.compare(new Uint8Array(a.buffer), new Uint8Array(b.buffer)) === 0;

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 50 }),
  features: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constantFrom(784, 12_000)),
  seed: fc.nat(),
});

/** Makes a list of rows in any order, repeated or not, with padding. */
const pick = (rows: number, seed: number) =>
  Uint32Array.from({ length: rows + 5 }, (_, i) => (i * 7919 + seed) % (rows + 1));

describe('data.gather', () => {
  it('converts bytes as x * scale + offset in float32, on every instruction set', () => {
    fc.assert(
      fc.property(shapes, ({ rows, features, seed }) => {
        const inputs = Uint8Array.from(
          { length: rows * features },
          (_, i) => (i * 31 + seed) % 256,
        );
        const [scale, offset] = [float(1 / 255), float(-0.1307)];
        using set = data.fromArrays({ inputs, shape: [rows, features], scale, offset });
        const indices = pick(rows, seed);
        const expected = Float32Array.from({ length: indices.length * features }, (_, i) => {
          const row = indices[Math.floor(i / features)]!;
          const x = inputs[row * features + (i % features)]!;
          return row === rows ? 0 : float(float(x * scale) + offset);
        });
        expect(equal(data.gather(set, indices).inputs, expected)).toBe(true);
        for (const isa of isas)
          for (const threads of [1, 2, 7]) {
            const out = new Float32Array(expected.length);
            const handle = data.Dataset.handle(set, 'set');
            native.gather(handle, indices, out, undefined, { isa, threads });
            expect(equal(out, expected), `${isa}, ${threads} threads`).toBe(true);
          }
      }),
      { numRuns: 25 },
    );
  });

  it('copies floats bit by bit, with class or value labels', () => {
    const rows = 9;
    const bits = Uint32Array.from({ length: rows * 3 }, (_, i) => (i * 0x9e3779b9) >>> 0);
    bits[0] = 0x7fc12345; // a NaN with a payload
    const inputs = new Float32Array(bits.buffer);
    const classes = Int32Array.from({ length: rows }, (_, i) => i * 100 - 5);
    const values = Float32Array.from({ length: rows * 2 }, (_, i) => i / 7);
    using sparse = data.fromArrays({ inputs, shape: [rows, 3], labels: classes });
    using dense = data.fromArrays({ inputs, shape: [rows, 3], labels: values });
    const indices = Uint32Array.of(8, 0, 0, 9, 3);
    const batch = data.gather(sparse, indices);
    const words = new Uint32Array(batch.inputs.buffer);
    expect([...words]).toEqual(
      [...indices].flatMap((row) =>
        row === rows ? [0, 0, 0] : [...bits.slice(row * 3, row * 3 + 3)],
      ),
    );
    expect(batch.labels).toEqual(Int32Array.of(795, -5, -5, -1, 295));
    expect(data.gather(dense, indices).labels).toEqual(
      Float32Array.from(
        [...indices].flatMap((row) =>
          row === rows ? [0, 0] : [...values.slice(row * 2, row * 2 + 2)],
        ),
      ),
    );
  });

  it('writes into given arrays and no further', () => {
    using set = data.fromArrays({
      inputs: Float32Array.of(1, 2, 3, 4),
      shape: [2, 2],
      labels: Uint8Array.of(7, 8),
    });
    const inputs = new Float32Array(6).fill(-1);
    const labels = new Int32Array(3).fill(-9);
    const batch = data.gather(set, Uint32Array.of(1, 0), { inputs, labels });
    expect(batch.inputs).toBe(inputs);
    expect(inputs).toEqual(Float32Array.of(3, 4, 1, 2, -1, -1));
    expect(labels).toEqual(Int32Array.of(8, 7, -9));
    expect(data.gather(set, new Uint32Array(0)).inputs.length).toBe(0);
  });

  it('refuses bad indices and arrays, and writes nothing', () => {
    using set = data.fromArrays({
      inputs: Float32Array.of(1, 2),
      shape: [2, 1],
      labels: Int32Array.of(0, 1),
    });
    const inputs = new Float32Array(2).fill(-1);
    const indices = Uint32Array.of(0, 3);
    const cases: [unknown, unknown, unknown, string, string][] = [
      [set, indices, { inputs }, 'RANGE', 'indices[1]'],
      [set, [0], {}, 'TYPE', 'indices'],
      [set, Int32Array.of(0), {}, 'DTYPE', 'indices'],
      [set, Uint32Array.of(0, 1, 0), { inputs }, 'SHAPE', 'targets.inputs'],
      [set, Uint32Array.of(0), { labels: new Float32Array(1) }, 'DTYPE', 'targets.labels'],
      [set, Uint32Array.of(0), { input: inputs }, 'UNKNOWN_OPTION', 'targets.input'],
      [{}, Uint32Array.of(0), {}, 'TYPE', 'dataset'],
    ];
    for (const [dataset, rows, targets, code, path] of cases)
      expect(() => data.gather(dataset as never, rows as never, targets as never)).toThrow(
        refusal(code, path),
      );
    set.dispose();
    expect(() => data.gather(set, Uint32Array.of(0))).toThrow(refusal('DISPOSED', 'dataset'));
    expect(inputs).toEqual(Float32Array.of(-1, -1));
  });
});
