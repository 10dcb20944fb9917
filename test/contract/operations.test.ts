/**
 * Every operation on every device is near the reference, which computes in float64. It has the same
 * bits on every instruction set and thread count.
 */
import '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import { lossNames } from '../../src/loss/loss.js';
import { native } from '../../src/native.js';
import { isAvailable } from '../oracle/devices.js';
import { layerActivations } from '../../src/nn/activation.js';
import { lab } from '../lab.js';
import { anyBits, floats, generator, largestError, sameBits } from '../oracle/random.js';
import { columnSum, rowSum } from '../oracle/sums.js';

type Fields = Parameters<typeof lab.runOperation>[2];
type Arrays = Record<string, Float32Array>;

const lanes = ['cpu:baseline', 'cpu:avx2', 'cpu:avx512'].filter(isAvailable);
const devices = ['cpu', ...lanes, ...['cuda'].filter(isAvailable)];
const threadCounts = [1, 2, 7];

/** False on a GPU whose products cuBLAS computes. */
const hasOwnProducts = (device: string) =>
  native
    .implementations(device)
    .some(
      ({ operation, implementation }) =>
        operation === 'dense_forward' && !implementation.startsWith('cuBLAS'),
    );

/**
 * Runs on a copy of the arrays; returns the copy afterwards, and the sums of a loss as one more
 * array.
 */
function run(device: string, name: string, fields: Fields, arrays: Arrays): Arrays {
  const copies = Object.fromEntries(Object.entries(arrays).map(([key, a]) => [key, a.slice()]));
  const { sum, correct } = lab.runOperation(device, name, { ...fields, ...copies });
  return { ...copies, sums: new Float32Array(Float64Array.of(sum, correct).buffer) };
}

function withThreads<T>(threads: number, body: () => T): T {
  lab.setThreadCount(threads);
  try {
    return body();
  } finally {
    lab.setThreadCount(0);
  }
}

/** Returns the result, after a check that all of `among` agree in every bit. */
function agreed(name: string, fields: Fields, arrays: Arrays, among = devices): Arrays {
  const expected = withThreads(1, () => run(among[0]!, name, fields, arrays));
  for (const device of among)
    for (const threads of device === 'cuda' ? [1] : threadCounts) {
      const found = withThreads(threads, () => run(device, name, fields, arrays));
      for (const [key, array] of Object.entries(expected))
        expect(sameBits(found[key]!, array), `${key}: ${device}, ${threads} threads`).toBe(true);
    }
  return expected;
}

/** Returns the distance in ulps; all NaNs are alike. */
function ulps(a: Float32Array, b: Float32Array): number {
  const ordered = (array: Float32Array) =>
    Int32Array.from(new Int32Array(array.buffer, array.byteOffset, array.length), (bits) =>
      bits < 0 ? -2147483648 - bits : bits,
    );
  const [x, y] = [ordered(a), ordered(b)];
  let worst = 0;
  for (let i = 0; i < a.length; i++)
    if (!(Number.isNaN(a[i]) && Number.isNaN(b[i])))
      worst = Math.max(worst, Math.abs(x[i]! - y[i]!));
  return worst;
}

/** Every magnitude that matters to an activation, with both signs, zeros and infinities. */
const line = Float32Array.from([
  ...Array.from({ length: 4000 }, (_, i) => (i - 2000) / 100),
  ...Array.from({ length: 2000 }, (_, i) => (i % 2 ? -1 : 1) * 1.09 ** (i / 2 - 850)),
  0,
  -0,
  88.7,
  88.8,
  -87.4,
  -103.9,
  -104.1,
  1e-45,
  3.4e38,
  NaN,
]);

describe('exponentials and their kin', () => {
  // Units in the last place from the float64 value rounded. geluTanh's tail is an exponential whose
  // argument, up to 88, was rounded; silu and mish multiply an exponential by as much, and it may be
  // one of the smallest numbers.
  const limits: Record<string, number> = {
    sigmoid: 3,
    tanh: 3,
    gelu: 6,
    geluTanh: 150,
    silu: 60,
    mish: 60,
    elu: 3,
    selu: 3,
    softplus: 3,
    hardSwish: 3,
  };

  it.each(layerActivations)('%s forward', (activation) => {
    const slope = Math.fround(0.3);
    const fields = { activation, slope, length: line.length };
    const arrays = { x: line, y: new Float32Array(line.length) };
    const { y } = agreed('activation_forward', fields, arrays);
    const expected = run('reference', 'activation_forward', fields, arrays)['y']!;
    // Below 1e-30 of |x|, the tail of a gelu is noise to any number that it is added to.
    const near = Float32Array.from(y!, (v, i) =>
      Math.abs(expected[i]!) < 1e-30 ? expected[i]! : v,
    );
    expect(ulps(near, expected)).toBeLessThanOrEqual(limits[activation] ?? 0);
    expect(largestError(y!.slice(0, 4000), expected.slice(0, 4000), 1)).toBeLessThan(3e-7);
  });

  it.each(layerActivations)('%s backward', (activation) => {
    const random = generator(3);
    const slope = Math.fround(0.3);
    const x = line.slice(0, 4000);
    const length = x.length;
    const y = run('reference', 'activation_forward', { activation, slope, length }, { x, y: x })[
      'y'
    ]!;
    const arrays = { x, y, dy: floats(random, length), dx: new Float32Array(length) };
    const { dx } = agreed('activation_backward', { activation, slope, length }, arrays);
    const expected = run('reference', 'activation_backward', { activation, slope, length }, arrays);
    expect(largestError(dx!, expected['dx']!, 1)).toBeLessThan(2e-6);
    expect(activation in limits || ulps(dx!, expected['dx']!) === 0).toBe(true);
  });

  it('keep NaN and agree on every bit pattern', () => {
    const x = anyBits(generator(4), 5000);
    for (const activation of layerActivations) {
      const { y } = agreed(
        'activation_forward',
        { activation, slope: 0.5, length: x.length },
        { x, y: new Float32Array(x.length) },
      );
      expect(x.every((value, i) => !Number.isNaN(value) || Number.isNaN(y![i]))).toBe(true);
    }
  });
});

const shapes = [
  [1, 1],
  [3, 10],
  [128, 10],
  [7, 17],
  [4, 5000],
  [2000, 3],
  [1025, 9],
  [3, 1023],
  [2, 8193],
] as const;

describe.each(shapes)('rows %d, columns %d', (rows, columns) => {
  const random = generator(rows * 31 + columns);
  const length = rows * columns;
  const x = floats(random, length, 3);
  const blank = () => new Float32Array(length);
  const classes = Int32Array.from({ length: rows }, () => Math.floor(random() * columns));

  it('softmax, both ways', () => {
    const { y } = agreed('softmax_forward', { rows, columns }, { x, y: blank() });
    const expected = run('reference', 'softmax_forward', { rows, columns }, { x, y: blank() });
    expect(largestError(y!, expected['y']!, 1)).toBeLessThan(2e-7);
    // The error of x - largest, which is rounded, grows in the exponential.
    expect(largestError(y!, expected['y']!, 1e-30)).toBeLessThan(1e-5);
    const arrays = { y: y!, dy: floats(random, length), dx: blank() };
    const { dx } = agreed('softmax_backward', { rows, columns }, arrays);
    const other = run('reference', 'softmax_backward', { rows, columns }, arrays);
    expect(largestError(dx!, other['dx']!, 1)).toBeLessThan(1e-6);
  });

  it.each(lossNames)('%s', (kind) => {
    const values = Float32Array.from({ length }, () => random());
    for (const labels of [{ values }, { classes }]) {
      const fields: Fields = { kind, delta: 0.7, rows, columns, ...labels };
      const arrays = { x, dx: blank() };
      const { dx, sums } = agreed('loss', fields, arrays);
      const expected = run('reference', 'loss', fields, arrays);
      const [sum, correct] = new Float64Array(sums!.buffer);
      const [otherSum, otherCorrect] = new Float64Array(expected['sums']!.buffer);
      expect(Math.abs(sum! - otherSum!)).toBeLessThan(3e-7 * (1 + Math.abs(otherSum!)));
      expect(correct).toBe(otherCorrect);
      // The gradients are scaled to the weight of one row in the mean.
      const scaled = (a: Float32Array) => a.map((v) => v * rows);
      expect(largestError(scaled(dx!), scaled(expected['dx']!), 1)).toBeLessThan(1e-6);
    }
  });

  it('dropout: the reference bit by bit', () => {
    const fields = { seed: 5n, step: 9n, layer: 1n, rate: 0.3, scale: 1 / 0.7, length };
    const arrays = { x, y: blank() };
    const { y } = agreed('dropout', fields, arrays);
    expect(sameBits(y!, run('reference', 'dropout', fields, arrays)['y']!)).toBe(true);
  });
});

describe('losses at the edges', () => {
  it('stay finite far out, and pass NaN on', () => {
    const columns = 4;
    const x = Float32Array.of(1e4, -1e4, 0, 3e38, 0, 0, NaN, 0);
    const fields = { kind: 'softmaxCrossEntropy', rows: 2, columns };
    const dx = new Float32Array(8);
    const { sum } = lab.runOperation('cpu', 'loss', {
      ...fields,
      x,
      dx,
      classes: Int32Array.of(3, 0),
    });
    expect(sum).toBeNaN();
    expect([...dx.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(dx.slice(4).every(Number.isNaN)).toBe(true);
  });

  it('refuse a class that is none', () => {
    for (const device of ['reference', ...devices])
      expect(() =>
        lab.runOperation(device, 'loss', {
          kind: 'softmaxCrossEntropy',
          rows: 2,
          columns: 3,
          x: new Float32Array(6),
          dx: new Float32Array(6),
          classes: Int32Array.of(0, 3),
        }),
      ).toThrow(/class in \[0, 3\)/);
  });
});

describe('dropout', () => {
  it('drops about its rate, by steps and layers independently', () => {
    const length = 200_000;
    const x = new Float32Array(length).fill(1);
    const masks = [
      [1n, 0n],
      [2n, 0n],
      [1n, 1n],
    ].map(([step, layer]) => {
      const y = new Float32Array(length);
      const fields = { seed: 8n, step: step!, layer: layer!, rate: 0.25, scale: 1, length };
      lab.runOperation('cpu', 'dropout', { ...fields, x, y });
      return y;
    });
    for (const mask of masks) {
      const kept = mask.reduce((sum, v) => sum + v, 0) / length;
      expect(Math.abs(kept - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / length));
    }
    for (const other of masks.slice(1)) {
      const both = other.reduce((sum, v, i) => sum + v * masks[0]![i]!, 0) / length;
      expect(Math.abs(both - 0.75 ** 2)).toBeLessThan(5 * Math.sqrt(0.25 / length));
    }
  });
});

describe('dense', () => {
  const cases = [
    [1, 1, 1],
    [5, 3, 7],
    [128, 784, 128],
    [33, 65, 31],
    [2, 1000, 40],
  ] as const;

  it.each(cases)('rows %d, inputs %d, outputs %d: near the reference', (rows, inputs, outputs) => {
    const random = generator(rows + inputs + outputs);
    const shape = { rows, inputs, outputs, slope: 0.2 };
    const x = floats(random, rows * inputs, 0.3);
    const weight = floats(random, inputs * outputs, 0.3);
    const bias = floats(random, outputs);
    const before = new Float32Array(rows * outputs);
    for (const activation of ['none', ...layerActivations]) {
      const fields = { ...shape, activation };
      const forward = { x, weight, bias, before, y: before.slice() };
      const expected = run('reference', 'dense_forward', fields, forward);
      const backward = {
        x,
        weight,
        y: expected['y']!,
        before: expected['before']!,
        dy: floats(random, rows * outputs),
        dweight: new Float32Array(inputs * outputs),
        dbias: new Float32Array(outputs),
        dx: new Float32Array(rows * inputs),
      };
      const gradients = run('reference', 'dense_backward', fields, backward);
      // A float32 sum of n terms is off by about sqrt(n) ulps of the largest partial sum.
      const tolerance = (terms: number) => 5e-7 * (4 + Math.sqrt(terms));
      for (const device of devices) {
        const y = run(device, 'dense_forward', fields, forward)['y']!;
        expect(largestError(y, expected['y']!, 4)).toBeLessThan(tolerance(inputs));
        const found = run(device, 'dense_backward', fields, backward);
        for (const [key, terms] of Object.entries({ dweight: rows, dbias: rows, dx: outputs }))
          expect(
            largestError(found[key]!, gradients[key]!, 4),
            `${key} of ${device}, activation ${activation}`,
          ).toBeLessThan(tolerance(terms));
      }
    }
  });

  it('add bias gradients in one order on every device', () => {
    const [rows, outputs] = [72, 45];
    const random = generator(8);
    const length = rows * outputs;
    const row = (i: number) => Math.floor(i / outputs);
    // Large numbers cancel; the order decides how much of the small ones is lost with them.
    const dy = floats(random, length).map((v, i) =>
      row(i) % 3 > 0 ? v : row(i) % 2 > 0 ? -1e20 : 1e20,
    );
    const column = floats(random, outputs);
    const alike = Float32Array.from({ length }, (_, i) => column[i % outputs]!);
    for (const activation of layerActivations) {
      const fields = { rows, inputs: 1, outputs, activation, slope: 0.2 };
      const dbias = new Float32Array(outputs);
      const arrays = { x: new Float32Array(rows), weight: dbias, dweight: dbias, dy, dbias };
      const values = { y: alike, before: alike };
      const found = devices.flatMap((device) =>
        (device === 'cuda' ? [1] : threadCounts).map((threads) =>
          withThreads(threads, () =>
            run(device, 'dense_backward', fields, { ...arrays, ...values }),
          ),
        ),
      );
      for (const other of found) {
        expect(sameBits(other['dy']!, found[0]!['dy']!), activation).toBe(true);
        expect(sameBits(other['dbias']!, found[0]!['dbias']!), activation).toBe(true);
      }
    }
  });

  it('give the bias gradient of a batch of many chunks, and dy alone where there is no bias', () => {
    const [rows, outputs] = [2051, 11];
    const random = generator(9);
    const length = rows * outputs;
    const y = floats(random, length);
    for (const activation of ['none', ...layerActivations]) {
      const fields = { rows, inputs: 1, outputs, activation, slope: 0.2 };
      const arrays = { x: new Float32Array(rows), weight: new Float32Array(outputs), y, before: y };
      const dy = floats(random, length);
      const among = ['reference', ...devices];
      const all = among.map((device) =>
        run(device, 'dense_backward', fields, { ...arrays, dy, dbias: new Float32Array(outputs) }),
      );
      const without = run('cuda', 'dense_backward', fields, { ...arrays, dy });
      all.forEach((found, i) => {
        const label = `${activation}, ${among[i]!}`;
        expect(largestError(found['dbias']!, all[0]!['dbias']!, 4), label).toBeLessThan(2e-5);
        if (i > 0) expect(sameBits(found['dbias']!, all[1]!['dbias']!), label).toBe(true);
        if (i > 0) expect(sameBits(found['dy']!, without['dy']!), label).toBe(true);
      });
    }
  });

  it('keep NaN, and infinities, where the reference has them, at every activation', () => {
    const [rows, inputs, outputs] = [40, 24, 33];
    const random = generator(12);
    const x = floats(random, rows * inputs, 0.3);
    [NaN, Infinity, -Infinity].forEach((value, i) => (x[(3 + 7 * i) * inputs + 5] = value));
    x.fill(Infinity, 30 * inputs, 31 * inputs); // the weights have both signs
    const weight = floats(random, inputs * outputs, 0.3);
    const bias = floats(random, outputs);
    for (const activation of ['none', ...layerActivations]) {
      const fields = {
        rows,
        inputs,
        outputs,
        activation,
        slope: activation === 'leakyRelu' ? 0 : 0.2,
      };
      const arrays = { x, weight, bias, y: new Float32Array(rows * outputs) };
      const expected = run('reference', 'dense_forward', fields, arrays)['y']!;
      expect(expected.subarray(3 * outputs, 4 * outputs).every(Number.isNaN)).toBe(true);
      for (const device of devices) {
        const { y } = run(device, 'dense_forward', fields, arrays);
        const kinds = (all: Float32Array) => Array.from(all, (v) => (Number.isFinite(v) ? 0 : v));
        expect(kinds(y!), `${device}, ${activation}`).toEqual(kinds(expected));
      }
    }
  });

  it.each([
    [37, 70, 75],
    [600, 90, 33], // rows in three chunks
  ])('%d × %d × %d have the same bits on every device', (rows, inputs, outputs) => {
    const among = devices.filter(hasOwnProducts);
    const random = generator(6);
    const arrays = {
      x: floats(random, rows * inputs),
      weight: floats(random, inputs * outputs),
      bias: floats(random, outputs),
      y: new Float32Array(rows * outputs),
    };
    const fields = { rows, inputs, outputs, activation: 'tanh', slope: 0 };
    const { y } = agreed('dense_forward', fields, arrays, among);
    const backward = {
      ...arrays,
      y: y!,
      dy: floats(random, rows * outputs),
      dweight: new Float32Array(inputs * outputs),
      dbias: new Float32Array(outputs),
      dx: new Float32Array(rows * inputs),
    };
    agreed('dense_backward', fields, backward, among);
  });
});

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

describe('embeddings', () => {
  it.each([
    [1, 1, 1],
    [40, 7, 3],
    [700, 5, 65],
    [300, 90, 300],
    [9000, 700, 3],
    [1000, 70_000, 2],
  ])('%d positions, %d rows of %d: the reference bit by bit', (positions, count, units) => {
    const random = generator(positions);
    const x = Float32Array.from({ length: positions }, () => Math.floor(random() ** 2 * count));
    x[positions - 1] = count - 1;
    const weight = floats(random, count * units);
    const fields = { positions, count, units };
    const forward = { x, weight, y: new Float32Array(positions * units) };
    const backward = { x, dy: floats(random, positions * units), dweight: weight.slice() };
    const { y } = agreed('embedding_forward', fields, forward);
    const { dweight } = agreed('embedding_backward', fields, backward);
    expect(sameBits(y!, run('reference', 'embedding_forward', fields, forward)['y']!)).toBe(true);
    const expected = run('reference', 'embedding_backward', fields, backward)['dweight']!;
    expect(sameBits(dweight!, expected)).toBe(true);
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
