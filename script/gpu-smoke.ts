/**
 * A little of everything on the device `cuda`, for compute-sanitizer (script/gpu): every rule, over
 * lengths that leave heads and tails, and training with every layer, loss and order of rows.
 *   node --import tsx script/gpu-smoke.ts
 */
import { Trainer, average, data, nn, optim } from '../src/index.js';
import type { FitOptions, TrainerOptions } from '../src/index.js';
import { native } from '../src/native.js';
import { StepSettings } from '../src/optim/settings.js';
import { variants } from '../test/registry.js';

const wave = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 1.7));

// ---- every rule ----

/** Steps of each optimizer, and of the formulas that TensorFlow.js has for it; a new one takes part unasked. */
function takeSteps(): void {
  const seen = new Set<string>();
  for (const [, make] of variants)
    for (const optimizer of [make(), make({ compat: 'tfjs' })]) {
      const { name } = new StepSettings(optimizer, {}).rule;
      if (!seen.has(name)) step(optimizer);
      seen.add(name);
    }
  const missing = native.rules().filter(({ name }) => !seen.has(name));
  if (missing.length > 0) throw new Error(`no step of ${missing.map(({ name }) => name).join()}`);
}

function step(optimizer: optim.Optimizer): void {
  const arrays = (): Record<string, Float32Array> =>
    Object.fromEntries([1, 15, 4097, 9001].map((length) => [`w${length}`, wave(length)]));
  // The centered rule of TensorFlow.js may take the root of a negative number.
  const settings = { device: 'cuda', clip: { globalNorm: 1 }, nonFinite: 'allow' } as const;
  using stepper = optim.bind(optimizer, arrays(), settings);
  for (let taken = 0; taken < 2; taken++) stepper.step(arrays());
}

// ---- every layer ----

const [features, classes] = [9, 5];
const around = (...layers: nn.Layer[]): nn.Sequential =>
  nn.sequential({ input: [features] }, nn.dense(12), ...layers, nn.dense(classes));

const onPictures = (...layers: nn.Layer[]): nn.Sequential =>
  nn.sequential(
    { input: [features] },
    nn.dense(50),
    nn.reshape([5, 5, 2]),
    ...layers,
    nn.flatten(),
    nn.dense(classes),
  );

const onSeries = (...layers: nn.Layer[]): nn.Sequential =>
  around(nn.reshape([6, 2]), ...layers, nn.flatten());

/** A new layer is missing here until it has a network. */
const networks: Record<
  Exclude<keyof typeof nn, 'fromJSON' | 'load' | 'sequential'>,
  nn.Sequential
> = {
  dense: around(nn.dense(70, { activation: 'gelu' }), nn.dense(7, { useBias: false })),
  relu: around(nn.relu()),
  leakyRelu: around(nn.leakyRelu()),
  sigmoid: around(nn.sigmoid()),
  tanh: around(nn.tanh()),
  gelu: around(nn.gelu(), nn.gelu({ approximate: 'tanh' })),
  silu: around(nn.silu()),
  elu: around(nn.elu()),
  selu: around(nn.selu()),
  softplus: around(nn.softplus()),
  hardSwish: around(nn.hardSwish()),
  mish: around(nn.mish()),
  softmax: around(nn.softmax()),
  dropout: around(nn.dropout(0.3)),
  batchNorm: around(nn.batchNorm()),
  layerNorm: around(nn.layerNorm()),
  rmsNorm: around(nn.rmsNorm()),
  groupNorm: around(nn.groupNorm(4)),
  residual: around(nn.residual([nn.dense(12), nn.tanh()])),
  embedding: nn.sequential(
    { input: [features] },
    nn.embedding(256, 4),
    nn.flatten(),
    nn.dense(classes),
  ),
  conv2d: onPictures(nn.conv2d(5, { kernel: 3, activation: 'relu' }), nn.conv2d(3, { kernel: 2 })),
  depthwiseConv2d: onPictures(
    nn.depthwiseConv2d({ kernel: 3, depthMultiplier: 2, activation: 'gelu' }),
    nn.conv2d(6, { kernel: 2, groups: 2 }),
  ),
  upsample: onPictures(nn.upsample({ size: [2, 3] })),
  maxPool2d: onPictures(nn.maxPool2d({ kernel: 2 })),
  averagePool2d: onPictures(nn.averagePool2d({ kernel: 2, stride: 1 })),
  conv1d: onSeries(nn.conv1d(5, { kernel: 3, padding: 'causal', activation: 'relu' })),
  maxPool1d: onSeries(nn.maxPool1d({ kernel: 2 })),
  averagePool1d: onSeries(nn.averagePool1d({ kernel: 2, stride: 1 })),
  globalMaxPool: onPictures(nn.conv2d(4, { kernel: 2 }), nn.globalMaxPool()),
  globalAveragePool: onPictures(nn.conv2d(4, { kernel: 2 }), nn.globalAveragePool()),
  reshape: around(nn.reshape([3, 4]), nn.layerNorm(), nn.flatten()),
  flatten: nn.sequential({ input: [3, 3] }, nn.flatten(), nn.dense(classes)),
};

// ---- every loss, every source of rows ----

interface Rows {
  readonly rows: number;
  readonly shape?: readonly number[];
  readonly bytes?: boolean;
  readonly values?: boolean;
}

function dataset({ rows, shape = [features], bytes = false, values = false }: Rows): data.Dataset {
  const length = shape.reduce((product, size) => product * size, rows);
  return data.fromArrays({
    inputs: bytes ? Uint8Array.from({ length }, (_, i) => i * 37) : wave(length),
    shape: [rows, ...shape],
    labels: values
      ? new Float32Array(rows * classes).fill(1 / classes)
      : Int32Array.from({ length: rows }, (_, i) => i % classes),
  });
}

async function train(
  set: data.Dataset,
  options: Partial<TrainerOptions> = {},
  fit: Partial<FitOptions> = {},
): Promise<void> {
  using trainer = new Trainer({
    model: networks.relu,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    device: 'cuda',
    seed: 1,
    ...options,
  });
  // The last batch is smaller; the first steps run op by op, later ones are replayed.
  const batchSize = Math.ceil(set.length / 6.5);
  await trainer.fit(set, { epochs: 3, batchSize, ...fit });
  await trainer.evaluate(set, { batchSize });
}

async function main(): Promise<void> {
  takeSteps();

  const [bytes, floats] = [dataset({ rows: 300, bytes: true }), dataset({ rows: 300 })];
  for (const model of Object.values(networks))
    await train(model === networks.flatten ? dataset({ rows: 300, shape: [3, 3] }) : bytes, {
      model,
    });

  const targets = dataset({ rows: 300, values: true });
  for (const loss of [
    'softmaxCrossEntropy',
    'sigmoidCrossEntropy',
    'meanSquaredError',
    'huber',
  ] as const)
    await train(targets, { loss, clip: { globalNorm: 1 } });

  const watched = { accumulate: 2, monitor: { every: 3 }, guard: { everySteps: 4 } } as const;
  await train(floats, { average: average.ema({ decay: 0.9 }) }, watched);
  await train(dataset({ rows: 66_000 }), {}, { epochs: 1 });
  const wide = nn.sequential({ input: [9001] }, nn.dense(classes));
  await train(dataset({ rows: 30, shape: [9001], bytes: true }), { model: wide });

  // A row that is not finite halts the queue, which is wound back.
  const broken = wave(300 * features);
  broken[100 * features] = Infinity;
  const labels = Int32Array.from({ length: 300 }, (_, i) => i % classes);
  const halting = data.fromArrays({ inputs: broken, shape: [300, features], labels });
  await train(halting, { nonFinite: 'skip' });

  // From here on rows are brought batch by batch.
  process.env['THALWEG_RESIDENT_BYTES'] = '1000';
  for (const set of [bytes, floats, halting]) await train(set, { nonFinite: 'skip' });

  using trainer = new Trainer({
    model: networks.batchNorm,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    device: 'cuda',
    seed: 1,
  } as const);
  await trainer.predict(wave(10 * features), { batchSize: 4 });
  trainer.gradients(floats, Uint32Array.of(5, 299, 17));
  console.log('done');
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
