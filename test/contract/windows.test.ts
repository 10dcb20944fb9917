/**
 * Patches and pools are those of plain loops, with the same bits on every device, instruction set and
 * thread count.
 */
import '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import { isAvailable } from '../oracle/devices.js';
import { type WindowOptions, checkWindow, geometryOf } from '../../src/nn/window.js';
import { lab } from '../lab.js';
import { floats, generator, largestError, sameBits } from '../oracle/random.js';

type Arrays = Record<string, Float32Array | Int32Array>;

const devices = ['cpu', 'cpu:baseline', 'cpu:avx2', 'cpu:avx512', 'cuda'].filter(isAvailable);

interface Op {
  readonly name: string;
  readonly fields: Readonly<Record<string, number>>;
  readonly arrays: Arrays;
}

function run(device: string, threads: number, { name, fields, arrays }: Op): Arrays {
  const copies = Object.fromEntries(Object.entries(arrays).map(([key, a]) => [key, a.slice()]));
  lab.setThreadCount(threads);
  try {
    lab.runOperation(device, name, { ...fields, ...copies });
  } finally {
    lab.setThreadCount(0);
  }
  return copies;
}

/** Returns the arrays after the op, which all devices agree on, and those of the reference. */
function agreed(op: Op): { readonly found: Arrays; readonly reference: Arrays } {
  const found = run('cpu', 1, op);
  for (const device of devices)
    for (const threads of [1, 2, 7])
      for (const [key, array] of Object.entries(run(device, threads, op))) {
        const label = `${op.name}.${key} on ${device}, ${threads} threads`;
        if (array instanceof Int32Array) expect(array, label).toEqual(found[key]);
        else expect(sameBits(array, found[key] as Float32Array), label).toBe(true);
      }
  return { found, reference: run('reference', 1, op) };
}

const cases: readonly (readonly [
  string,
  [number, number, number],
  WindowOptions & { kernel: [number, number] },
])[] = [
  ['one pixel', [1, 1, 1], { kernel: [1, 1] }],
  ['plain', [9, 7, 5], { kernel: [3, 3] }],
  ['one channel', [12, 11, 1], { kernel: [3, 2] }],
  ['many channels', [5, 4, 67], { kernel: [2, 2], padding: 'same' }],
  ['in steps that skip', [11, 13, 3], { kernel: [2, 2], stride: [3, 4] }],
  ['with an even border', [8, 8, 4], { kernel: [4, 2], stride: 2, padding: 'same' }],
  ['with a wide border', [3, 4, 2], { kernel: [3, 4], padding: [2, 3] }],
  ['with holes', [9, 10, 3], { kernel: [3, 3], dilation: [2, 3], padding: 'same' }],
  ['a whole picture', [6, 5, 16], { kernel: [6, 5] }],
  ['a whole large picture', [224, 224, 3], { kernel: [224, 224] }],
];
const pictures = 3;

describe.each(cases)('a window, %s', (_, picture, options) => {
  const window = checkWindow('window', options);
  const { positions, fields } = geometryOf(window, picture, 'window');
  const [height, width, channels] = picture;
  const taps = window.kernel[0] * window.kernel[1];
  const pixels = pictures * height * width;
  const places = pictures * positions[0] * positions[1];
  const geometry = fields as Readonly<Record<string, number>>;
  const random = generator(height * 100 + width);

  it('sees the patches of the picture, and gives their gradients back', () => {
    const columns = taps * channels;
    const x = floats(random, pixels * channels);
    const patches = new Float32Array(places * columns).fill(NaN);
    const forward = { ...geometry, rows: places, columns };
    const { found, reference } = agreed({
      name: 'patches',
      fields: forward,
      arrays: { x, patches },
    });
    expect(found).toEqual(reference);
    const dpatches = floats(random, patches.length);
    const dx = new Float32Array(x.length).fill(NaN);
    const backward = { ...geometry, rows: pixels, columns: channels };
    const gradients = agreed({
      name: 'patches_backward',
      fields: backward,
      arrays: { dpatches, dx },
    });
    const back = gradients.found['dx'] as Float32Array;
    expect(largestError(back, gradients.reference['dx']!, 1)).toBeLessThan(1e-6);
    // The two are adjoint: ⟨patches(x), d⟩ = ⟨x, patches_backward(d)⟩.
    const inner = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);
    const [left, right] = [inner(found['patches']!, dpatches), inner(x, back)];
    expect(Math.abs(left - right)).toBeLessThan(1e-5 * (1 + Math.abs(left) + places));
  });

  it.runIf(taps < 1000)('convolves each channel by filters of its own', () => {
    for (const each of channels < 20 ? [1, 3] : [1]) {
      const filters = channels * each;
      const x = floats(random, pixels * channels);
      const weight = floats(random, taps * filters);
      const bias = floats(random, filters);
      const y = new Float32Array(places * filters).fill(NaN);
      const dy = floats(random, y.length);
      const dx = new Float32Array(x.length).fill(NaN);
      const dweight = new Float32Array(weight.length).fill(NaN);
      const ops: readonly (Op & { readonly result: string; readonly terms: number })[] = [
        {
          name: 'depthwise_forward',
          result: 'y',
          terms: taps,
          fields: { ...geometry, rows: places, columns: filters },
          arrays: { x, weight, bias, y },
        },
        {
          name: 'depthwise_backward',
          result: 'dx',
          terms: taps * each,
          fields: { ...geometry, rows: pixels, columns: channels, filters },
          arrays: { dy, weight, dx },
        },
        {
          name: 'depthwise_weights',
          result: 'dweight',
          terms: places,
          fields: { ...geometry, rows: pictures * positions[0], columns: taps * filters },
          arrays: { x, dy, dweight },
        },
      ];
      for (const { result, terms, ...op } of ops) {
        const { found, reference } = agreed(op);
        // A chain of n float32 sums is off by about n half ulps of its largest value, at most.
        const bound = 3e-7 * Math.max(4, terms);
        expect(largestError(found[result]!, reference[result]!, 1), op.name).toBeLessThan(bound);
      }
    }
  });

  const isPool = window.dilation.every((each) => each === 1);
  it.runIf(isPool)('pools the largest pixel and the mean', () => {
    const x = floats(random, pixels * channels);
    for (let i = 0; i < x.length; i += 3) x[i] = Math.round(x[i]! * 2) / 2; // some are equal
    if (x.length > 20) [NaN, Infinity, -Infinity].forEach((value, i) => (x[5 * i + 3] = value));
    const forward = { ...geometry, rows: places, columns: channels };
    const y = new Float32Array(places * channels).fill(NaN);
    const max = agreed({
      name: 'max_pool_forward',
      fields: forward,
      arrays: { x, y, chosen: new Int32Array(y.length) },
    });
    expect(max.found).toEqual(max.reference);
    const dy = floats(random, y.length);
    const dx = new Float32Array(x.length).fill(NaN);
    const backward = { ...geometry, rows: pixels, columns: channels };
    const chosen = max.found['chosen']!;
    const gradients = [
      agreed({ name: 'max_pool_backward', fields: backward, arrays: { dy, dx, chosen } }),
      agreed({ name: 'average_pool_backward', fields: backward, arrays: { dy, dx } }),
    ];
    for (const { found, reference } of gradients)
      expect(largestError(found['dx']!, reference['dx']!, 1)).toBeLessThan(1e-6);
    const finite = x.map((value) => (Number.isFinite(value) ? value : 1));
    const mean = agreed({
      name: 'average_pool_forward',
      fields: forward,
      arrays: { x: finite, y },
    });
    expect(largestError(mean.found['y']!, mean.reference['y']!, 1)).toBeLessThan(1e-6);
  });
});

it.each([
  [
    [1, 1, 1],
    [1, 1],
  ],
  [
    [3, 2, 5],
    [2, 3],
  ],
  [
    [4, 3, 67],
    [3, 1],
  ],
] as const)('a picture %j grows %j times', ([height, width, channels], [down, right]) => {
  const random = generator(height);
  const x = floats(random, pictures * height * width * channels);
  const y = new Float32Array(x.length * down * right).fill(NaN);
  const dy = floats(random, y.length);
  const dx = new Float32Array(x.length).fill(NaN);
  const fields = {
    height: height * down,
    width: width * right,
    channels,
    columns: channels,
    outHeight: height,
    outWidth: width,
    kernelHeight: down,
    kernelWidth: right,
    strideHeight: down,
    strideWidth: right,
    dilationHeight: 1,
    dilationWidth: 1,
    top: 0,
    left: 0,
  };
  const forward = { ...fields, rows: y.length / channels };
  const copies = agreed({ name: 'upsample_forward', fields: forward, arrays: { x, y } });
  expect(copies.found).toEqual(copies.reference);
  const backward = { ...fields, rows: x.length / channels };
  const sums = agreed({ name: 'upsample_backward', fields: backward, arrays: { dy, dx } });
  expect(sums.found).toEqual(sums.reference);
});

it.each([1, 5, 16, 50])('%i columns are copied into a wider matrix, and no others change', (n) => {
  const [rows, fromWidth, toWidth] = [9, 53, 60];
  const from = floats(generator(n), rows * fromWidth);
  const fields = { rows, columns: n, fromWidth, toWidth };
  const arrays = { from, to: new Float32Array(rows * toWidth).fill(7) };
  const { found, reference } = agreed({ name: 'copy_columns', fields, arrays });
  expect(found).toEqual(reference);
  const to = found['to']!;
  for (let i = 0; i < to.length; i++)
    expect(to[i]).toBe(
      i % toWidth < n ? from[Math.floor(i / toWidth) * fromWidth + (i % toWidth)] : 7,
    );
});
