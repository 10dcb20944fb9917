/** Sums over rows and columns go in the order that docs/numerics.md promises. */
import '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import { floats, generator, sameBits } from '../oracle/random.js';
import { columnSum, rowSum } from '../oracle/sums.js';
import { agreed } from './compare.js';

/** Values whose sum depends on the order: pairs of large ones cancel, and take small ones along. */
function cancelling(random: () => number, length: number): Float32Array {
  const values = floats(random, length);
  for (let i = 0; i + 3 < length; i += 5) {
    values[i] = 1e17;
    values[i + 3] = -1e17;
  }
  return values;
}
const listOf = <T>(length: number, each: (i: number) => T) =>
  Array.from({ length }, (_, i) => each(i));

describe('sums in the order that is promised', () => {
  it.each([1, 31, 32, 33, 997, 1023, 1024, 1025, 2048, 4099, 32 * 1024 - 1, 33 * 1024 + 5])(
    'hold for columns of %d rows',
    (rows) => {
      const columns = rows > 5000 ? 2 : 9;
      const random = generator(rows);
      const values = listOf(columns, () => cancelling(random, rows));
      const expected = Float32Array.from(values, (column) => columnSum([...column]));
      const dy = Float32Array.from(
        { length: rows * columns },
        (_, i) => values[i % columns]![Math.floor(i / columns)]!,
      );
      const kept = () => new Float32Array(columns);
      const fields = { rows, columns, inputs: 1, outputs: columns, epsilon: 1, ofBatch: 0 };
      const x = new Float32Array(rows * columns);
      const arrays = { x, dy, dx: x, y: x, mean: kept(), variance: kept(), doffset: kept() };
      const dense = { ...arrays, weight: kept(), dbias: kept() };
      expect(sameBits(agreed('dense_backward', fields, dense)['dbias']!, expected)).toBe(true);
      const batch = agreed('batch_norm_backward', fields, arrays);
      expect(sameBits(batch['doffset']!, expected)).toBe(true);
      const moments = { mean: new Float32Array(rows), inverse: new Float32Array(rows) };
      const layer = agreed('layer_norm_backward', fields, { ...arrays, ...moments });
      expect(sameBits(layer['doffset']!, expected)).toBe(true);
    },
  );

  it.each([1, 15, 16, 17, 257, 1009, 1023, 1024, 1025, 1279, 8191, 8192, 8193, 8449, 20011])(
    'hold for rows of %d columns',
    (columns) => {
      const rows = 3;
      const random = generator(columns);
      const values = listOf(rows, () => cancelling(random, columns));
      const expected = Float32Array.from(values, (row) => rowSum([...row]) / columns);
      const x = Float32Array.from(values.flatMap((row) => [...row]));
      const kept = () => new Float32Array(rows);
      const arrays = { x, y: x.slice(), mean: kept(), inverse: kept() };
      const { mean } = agreed('layer_norm_forward', { rows, columns, epsilon: 1 }, arrays);
      expect(sameBits(mean!, expected)).toBe(true);
    },
  );
});
