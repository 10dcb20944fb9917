/** Whole training runs on the device `cuda` equal the same runs on the processor. */
import '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { floats, generator, largestError } from '../oracle/random.js';

const rows = 150;
const features = 12;

function dataset(kind: 'float32' | 'uint8', labels: 'classes' | 'values'): data.Dataset {
  const random = generator(5);
  const inputs =
    kind === 'float32'
      ? floats(random, rows * features)
      : Uint8Array.from({ length: rows * features }, () => random() * 256);
  return data.fromArrays({
    inputs,
    shape: [rows, features],
    labels:
      labels === 'classes'
        ? Int32Array.from({ length: rows }, (_, i) => i % 5)
        : Float32Array.from({ length: rows * 5 }, () => random()),
  });
}

function trainer(
  device: DeviceName,
  options: Partial<ConstructorParameters<typeof Trainer>[0]> = {},
) {
  return new Trainer({
    model: nn.sequential(
      { input: [features] },
      nn.dense(17, { activation: 'gelu' }),
      nn.dropout(0.2),
      nn.dense(9, { activation: 'relu' }),
      nn.dense(5),
    ),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adamW({ learningRate: 0.01, weightDecay: 0.01 }),
    clip: { globalNorm: 1 },
    seed: 3,
    device,
    ...options,
  });
}

const largest = (a: Record<string, Float32Array>, b: Record<string, Float32Array>) =>
  Math.max(...Object.entries(a).map(([name, array]) => largestError(array, b[name]!, 1)));

describe('training', () => {
  it('starts from the same bits', () => {
    expect(trainer('cuda').parameters()).toEqual(trainer('cpu').parameters());
  });

  // Matrix products differ in the last place, and ten steps of adam may multiply the difference.
  it.each(['float32', 'uint8'] as const)('follows the processor on %s rows', async (kind) => {
    const set = dataset(kind, 'classes');
    const [gpu, cpu] = [trainer('cuda'), trainer('cpu')];
    const [a, b] = [
      await gpu.fit(set, { epochs: 2, batchSize: 32 }),
      await cpu.fit(set, { epochs: 2, batchSize: 32 }),
    ];
    expect(gpu.steps).toBe(cpu.steps);
    a.epochs.forEach((epoch, i) => expect(epoch.loss).toBeCloseTo(b.epochs[i]!.loss, 4));
    expect(largest(gpu.parameters(), cpu.parameters())).toBeLessThan(1e-4);
  });

  it.each([
    ['weights, with replacement', { replacement: true, draws: 190 }],
    ['weights, without', { replacement: false, draws: 70 }],
    ['classes', undefined],
  ])('follows the processor on rows sampled by %s', async (_, options) => {
    const set = dataset('uint8', 'classes');
    const weights = Float64Array.from({ length: rows }, (_, i) => i % 4);
    const sampling = options
      ? data.weighted({ weights, ...options })
      : data.stratified({ labels: set });
    const [gpu, cpu] = [trainer('cuda'), trainer('cpu')];
    for (const run of [gpu, cpu]) await run.fit(set, { epochs: 2, batchSize: 32, sampling });
    expect(gpu.steps).toBe(cpu.steps);
    expect(largest(gpu.parameters(), cpu.parameters())).toBeLessThan(1e-4);
  });

  it('minimises the whole loss as the processor does', async () => {
    const set = dataset('float32', 'classes');
    const [gpu, cpu] = [trainer('cuda'), trainer('cpu')];
    const options = { iterations: 5, batchSize: 64 };
    const runs = [gpu, cpu].map((run) => run.minimize(set, optim.lbfgs(), options));
    const [a, b] = await Promise.all(runs);
    a!.iterations.forEach(({ value }, i) => expect(value).toBeCloseTo(b!.iterations[i]!.value, 4));
  });

  it('gives the same bits twice', async () => {
    const set = dataset('uint8', 'classes');
    const runs = [trainer('cuda'), trainer('cuda')];
    for (const run of runs) await run.fit(set, { epochs: 2, batchSize: 32 });
    expect(runs[0]!.parameters()).toEqual(runs[1]!.parameters());
  });

  it('evaluates and predicts as the processor does', async () => {
    const set = dataset('float32', 'classes');
    const [gpu, cpu] = [trainer('cuda'), trainer('cpu')];
    const [a, b] = [await gpu.evaluate(set), await cpu.evaluate(set)];
    expect(a.loss).toBeCloseTo(b.loss, 5);
    expect(a.accuracy).toBe(b.accuracy);
    const inputs = floats(generator(8), 7 * features);
    const outputs = [await gpu.predict(inputs), await cpu.predict(inputs)] as const;
    expect(largestError(...outputs, 1)).toBeLessThan(1e-5);
  });
});
