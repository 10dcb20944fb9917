/** Norms are near the reference, with the same bits on every device, instruction set and thread count. */
import '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import { floats, generator, largestError, sameBits } from '../oracle/random.js';
import {
  type Arrays,
  type Fields,
  agreed,
  devices,
  run,
  shapes,
  threadCounts,
  withThreads,
} from './compare.js';

describe.each([...shapes, [70, 33], [40, 70]] as const)(
  'norms of rows %d, columns %d',
  (rows, columns) => {
    const random = generator(rows * 37 + columns);
    const length = rows * columns;
    const blank = (count = length) => new Float32Array(count);
    const shape = { rows, columns, epsilon: Math.fround(1e-3) };
    // Far from 0, one pass over sums of squares loses the variance.
    const x = floats(random, length).map((v) => 30 + v);
    const dy = floats(random, length);
    const parameters = { scale: floats(random, columns), offset: floats(random, columns) };
    /**
     * Compares with the reference; means near 30 in float32 and sums of `terms` such values widen
     * the bound.
     */
    function near(
      found: Arrays,
      name: string,
      fields: Fields,
      arrays: Arrays,
      terms: number,
    ): void {
      const expected = run('reference', name, fields, arrays);
      for (const [key, array] of Object.entries(expected))
        expect(largestError(found[key]!, array, 1), key).toBeLessThan(5e-5 * (1 + terms / 100));
    }

    it.each([parameters, { scale: parameters.scale }, {}])(
      'batch norm, both ways (%#)',
      (given) => {
        const moments = { mean: blank(columns), variance: blank(columns) };
        const measured = agreed('batch_moments', shape, { x, ...moments });
        near(measured, 'batch_moments', shape, { x, ...moments }, 0);
        const { mean, variance } = measured as typeof moments;
        const forward = { x, mean, variance, y: blank(), ...given };
        near(agreed('batch_norm_forward', shape, forward), 'batch_norm_forward', shape, forward, 0);
        for (const ofBatch of [0, 1]) {
          const gradients = { dx: blank(), dscale: blank(columns), doffset: blank(columns) };
          const backward = { x, mean, variance, dy, ...given, ...gradients };
          const fields = { ...shape, ofBatch };
          const found = agreed('batch_norm_backward', fields, backward);
          near(found, 'batch_norm_backward', fields, backward, rows);
        }
      },
    );

    it.each([parameters, { offset: parameters.offset }, {}])(
      'layer norm, both ways (%#)',
      (given) => {
        const kept = { mean: blank(rows), inverse: blank(rows) };
        const forward = { x, y: blank(), ...kept, ...given };
        const found = agreed('layer_norm_forward', shape, forward);
        near(found, 'layer_norm_forward', shape, forward, 0);
        const gradients = { dx: blank(), dscale: blank(columns), doffset: blank(columns) };
        const { mean, inverse } = found as typeof kept;
        const backward = { x, mean, inverse, dy, ...given, ...gradients };
        const back = agreed('layer_norm_backward', shape, backward);
        near(back, 'layer_norm_backward', shape, backward, rows);
      },
    );

    it.each([{ scale: parameters.scale }, {}])('rms norm, both ways (%#)', (given) => {
      const forward = { x, y: blank(), inverse: blank(rows), ...given };
      const found = agreed('rms_norm_forward', shape, forward);
      near(found, 'rms_norm_forward', shape, forward, 0);
      const gradients = { dx: blank(), dscale: blank(columns) };
      const backward = { x, inverse: found['inverse']!, dy, ...given, ...gradients };
      for (const name of ['rms_norm_parameters', 'rms_norm_backward'])
        near(agreed(name, shape, backward), name, shape, backward, rows);
    });

    it('running statistics move, and stand still where the step was halted', () => {
      const fields = { columns, momentum: 0.9, correction: 1.25 };
      const arrays = {
        mean: floats(random, columns),
        variance: floats(random, columns).map(Math.abs),
        runningMean: floats(random, columns),
        runningVariance: floats(random, columns).map(Math.abs),
      };
      const found = agreed('batch_norm_update', fields, arrays);
      near(found, 'batch_norm_update', fields, arrays, 0);
      const halted = { ...fields, halted: Int32Array.of(1) };
      const same = agreed('batch_norm_update', halted, arrays);
      expect(sameBits(same['runningMean']!, arrays.runningMean)).toBe(true);
      expect(sameBits(same['runningVariance']!, arrays.runningVariance)).toBe(true);
    });

    it.each([0, 0.5, 0.875])('running statistics keep %d of themselves, to the bit', (momentum) => {
      const tiny = Float32Array.from({ length: columns }, (_, i) => 1.1 * 10 ** -i);
      const one = new Float32Array(columns).fill(1);
      const fields = { columns, momentum, correction: 1.25 };
      const arrays = { mean: tiny, variance: tiny, runningMean: one, runningVariance: one };
      const found = agreed('batch_norm_update', fields, arrays);
      const moved = (batch: number) => (1 - momentum) * batch + momentum;
      expect(found['runningMean']).toEqual(tiny.map(moved));
      expect(found['runningVariance']).toEqual(tiny.map((variance) => moved(variance * 1.25)));
    });

    it('sums of two arrays: the reference bit by bit', () => {
      const arrays = { a: x, b: dy, y: blank() };
      const { y } = agreed('add', { length }, arrays);
      expect(sameBits(y!, run('reference', 'add', { length }, arrays)['y']!)).toBe(true);
    });
  },
);

describe.each([
  [1, 1, 2, 1],
  [3, 1, 12, 4],
  [5, 7, 6, 3],
  [2, 90, 40, 8],
  [9, 4, 70, 2],
  [33, 3, 35, 35],
] as const)('group norm of %d examples, %d positions, %d channels, %d groups', (...sizes) => {
  const [rows, positions, channels, groups] = sizes;
  const random = generator(rows * 41 + channels);
  const columns = positions * channels;
  const length = rows * columns;
  const shape = { rows, columns, channels, groups, epsilon: Math.fround(1e-3) };
  const blank = (count = length) => new Float32Array(count);
  const sums = () => new Float64Array(rows * channels);
  const parameters = { scale: floats(random, channels), offset: floats(random, channels) };
  const x = floats(random, length).map((v) => 30 + v);
  const dy = floats(random, length);
  const near = (found: Arrays, expected: Arrays, keys: readonly string[]) => {
    for (const key of keys)
      expect(largestError(found[key]!, expected[key]!, 1), key).toBeLessThan(
        5e-5 * (1 + length / rows / groups / 100),
      );
  };

  it.each([parameters, { scale: parameters.scale }, {}])('both ways (%#)', (given) => {
    const kept = { mean: blank(rows * groups), inverse: blank(rows * groups) };
    const forward = { x, y: blank(), ...kept, ...given };
    const scratch = { ...shape, sums: sums() };
    const found = agreed('group_norm_forward', scratch, forward);
    near(found, run('reference', 'group_norm_forward', scratch, forward), Object.keys(forward));
    const { mean, inverse } = found as typeof kept;
    const backward = { x, mean, inverse, dy, dx: blank(), ...given };
    /** Backward with the sums that it leaves, and the gradients that are made of them. */
    const whole = (device: string): Arrays => {
      const left = { sums: sums(), products: sums() };
      const { dx } = run(device, 'group_norm_backward', { ...shape, ...left }, backward);
      const made = run(
        device,
        'group_norm_parameters',
        { rows, columns: channels, ...left },
        { dscale: blank(channels), doffset: blank(channels) },
      );
      return { dx: dx!, dscale: made['dscale']!, doffset: made['doffset']! };
    };
    const keys = ['dx', 'dscale', 'doffset'];
    const first = withThreads(1, () => whole('cpu'));
    near(first, whole('reference'), keys);
    for (const device of devices)
      for (const threads of device === 'cuda' ? [1] : threadCounts) {
        const other = withThreads(threads, () => whole(device));
        for (const key of keys)
          expect(sameBits(other[key]!, first[key]!), `${key}: ${device}, ${threads}`).toBe(true);
      }
  });
});

describe('at the edges', () => {
  it('batch norm gives NaN where a variance is beyond float32, so that the step is refused', () => {
    const x = Float32Array.of(3e38, -3e38, 1, 2);
    const kept = () => new Float32Array(2);
    for (const device of ['reference', ...devices]) {
      const fields = { rows: 2, columns: 2, epsilon: 1e-5 };
      const moments = run(device, 'batch_moments', fields, {
        x,
        mean: kept(),
        variance: kept(),
      });
      const { mean, variance } = moments as Record<'mean' | 'variance', Float32Array>;
      const y = run(device, 'batch_norm_forward', fields, {
        x,
        mean,
        variance,
        y: new Float32Array(4),
      })['y']!;
      expect(variance[0], device).toBe(Infinity);
      expect(y[0], device).toBeNaN();
    }
  });
});
