/** Training on a view has the bits of training on a copy of its rows, everywhere that a data set serves. */
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { newFolder } from '../new-folder.js';
import { hasCuda } from '../oracle/cuda.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

afterEach(() => {
  delete process.env['THALWEG_RESIDENT_BYTES'];
});

const rows = 240;
const features = 11;
const inputs = floats(generator(1), rows * features);
const labels = Int32Array.from({ length: rows }, (_, i) => (i * i + (i >> 4)) % 3);
const whole = data.fromArrays({ inputs, shape: [rows, features], labels });
const bytes = data.fromArrays({
  inputs: Uint8Array.from(inputs, (value) => value * 20),
  shape: [rows, features],
  labels,
  scale: 1 / 255,
});

/** Returns a data set that has the rows of a view in memory of its own. */
function copyOf(view: data.Dataset): data.Dataset {
  const all = Uint32Array.from({ length: view.length }, (_, i) => i);
  const { inputs, labels } = data.gather(view, all);
  return data.fromArrays({ inputs, shape: [view.length, ...view.shape], labels: labels! });
}

const views: Record<string, () => data.Dataset> = {
  'a stratified split': () => whole.split({ validation: 0.3, stratify: true, seed: 5 }).train,
  'a fold': () => whole.kFold(4, { seed: 2 })[2]!.train,
  'rows of rows': () =>
    whole
      .shuffle({ seed: 1 })
      .skip(20)
      .filter((_, row) => row % 3 !== 1),
  'joined views': () => whole.skip(200).concat(whole.take(90), whole.select([7, 7, 9])),
  bytes: () => bytes.split({ test: 40 }).train,
  windows: () => whole.take(120).concat(whole.skip(140)).window({ length: 3, stride: 2 }),
};

function make(set: data.Dataset, device: DeviceName): Trainer {
  return new Trainer({
    model: nn.sequential(
      { input: set.shape },
      nn.flatten(),
      nn.dense(9, { activation: 'tanh' }),
      nn.dense(3),
    ),
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adam(),
    seed: 4,
    device,
  });
}

/** Does everything that takes a data set. */
async function use(set: data.Dataset, device: DeviceName) {
  using trainer = make(set, device);
  const folder = newFolder();
  const checkpoint = { folder, everySteps: 3 };
  const options = { epochs: 2, batchSize: 32, validation: set, checkpoint };
  const { epochs } = await trainer.fit(set, options);
  const { epochs: even } = await trainer.fit(set, {
    epochs: 1,
    batchSize: 32,
    sampling: data.stratified({ labels: set }),
  });
  await trainer.fit(set, {
    epochs: 1,
    batchSize: 32,
    sampling: data.weighted({ weights: data.balancedWeights(set) }),
  });
  const { value } = await trainer.minimize(set, optim.lbfgs(), { iterations: 2 });
  await trainer.refreshStatistics(set);
  return {
    losses: [...epochs, ...even].map(({ loss, validation }) => [loss, validation]),
    value,
    evaluation: await trainer.evaluate(set, { metrics: ['f1'] }),
    gradients: trainer.gradients(set, Uint32Array.of(7, 50, 7)),
    parameters: trainer.parameters(),
  };
}

const devices: [DeviceName, string | undefined][] = [
  ['reference', undefined],
  ['cpu:baseline', undefined],
  ...(hasCuda
    ? ([
        ['cuda', undefined],
        ['cuda', '1000'],
      ] as [DeviceName, string | undefined][])
    : []),
];

describe.each(Object.entries(views))('%s', (_, view) => {
  it.each(devices)(
    'trains to the bits of its copy on %s (resident: %s)',
    async (device, resident) => {
      if (resident !== undefined) process.env['THALWEG_RESIDENT_BYTES'] = resident;
      const set = view();
      expect(await use(set, device)).toEqual(await use(copyOf(set), device));
    },
  );

  it('has the same bits at any thread count', async () => {
    const set = view();
    native.setThreadCount(1);
    const alone = await use(set, 'cpu');
    native.setThreadCount(3);
    expect(await use(set, 'cpu')).toEqual(alone);
    native.setThreadCount(0);
  });
});

describe('a checkpoint', () => {
  it('knows a view by its rows: a copy goes on, and other rows do not', async () => {
    const { train, validation } = whole.split({ validation: 0.25, seed: 3 });
    const folder = newFolder();
    const path = join(folder, 'run');
    const options = { epochs: 3, batchSize: 16, validation };
    using begun = make(train, 'cpu');
    await begun
      .fit(train, {
        ...options,
        checkpoint: { folder: path, everySteps: 5 },
        onEvent: ({ type }) => {
          if (type === 'epoch') throw new Error('the process ends');
        },
      })
      .catch(() => undefined);
    using straight = make(train, 'cpu');
    await straight.fit(train, options);
    using resumed = make(train, 'cpu');
    expect(await resumed.resume(path)).toBeDefined();
    const others = whole.split({ validation: 0.25, seed: 4 }).train;
    expect(await failure(() => resumed.fit(others, options))).toMatchObject({ code: 'MISMATCH' });
    await resumed.fit(copyOf(train), options);
    expect(resumed.parameters()).toEqual(straight.parameters());
  });
});

describe('an error', () => {
  it('names the row of the data set that a view looks at', async () => {
    const wrong = inputs.slice();
    wrong[37 * features] = NaN;
    const set = data.fromArrays({ inputs: wrong, shape: [rows, features], labels });
    using trainer = make(set, 'cpu');
    const error = await failure(() => trainer.fit(set.skip(30), { epochs: 1, shuffle: false }));
    expect(error).toMatchObject({ code: 'NONFINITE' });
    expect(error.message).toContain(
      'the data of row 7 are not finite, which a view shows of row 37 of its data set',
    );
  });
});
