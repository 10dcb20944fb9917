/** The types keep their promises; `tsc -p tsconfig.test.json` checks it. */
import { expect, expectTypeOf, it } from 'vitest';
import {
  type EpochRecord,
  type WeightedEvaluation,
  type Fit,
  type History,
  type TrainEvent,
  Trainer,
  data,
  device,
  nn,
  optim,
} from '../../src/index.js';

const model = nn.sequential({ input: [2] }, nn.dense(2));
const labels = new Int32Array(2);

it('a run is a promise of its history and an iterable of events told apart by type', async () => {
  using set = data.fromArrays({ inputs: new Float32Array(4), shape: [2, 2], labels });
  using trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
  const fit = trainer.fit(set, { epochs: 2 });
  expectTypeOf(fit).toEqualTypeOf<Fit<'softmaxCrossEntropy'>>();
  expectTypeOf<Awaited<typeof fit>>().toEqualTypeOf<History<'softmaxCrossEntropy'>>();
  let rows = 0;
  let losses: number[] = [];
  for await (const event of fit) {
    expectTypeOf(event).toEqualTypeOf<TrainEvent<'softmaxCrossEntropy'>>();
    if (event.type === 'start') rows = event.examples;
    if (event.type === 'epoch') {
      expectTypeOf(event).toExtend<EpochRecord>();
      expectTypeOf(event.validation).toExtend<WeightedEvaluation | undefined>();
      losses = [...losses, event.loss];
    }
    // @ts-expect-error -- only of an epoch
    if (event.type === 'end') expect(event.loss).toBeUndefined();
  }
  expect([rows, losses.length]).toEqual([2, 2]);
});

it('a device in use is one that can be asked for', () => {
  using trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
  expectTypeOf(trainer.device).toEqualTypeOf<device.DeviceName>();
  expectTypeOf<'cuda:1' | 'cuda:GPU-5f0e' | 'cpu:avx2' | 'auto'>().toExtend<device.DeviceName>();
  const { device: name } = device.explain(trainer.device);
  using like = new Trainer({ ...trainer.options, device: name });
  expect(like.device).toBe(trainer.device);
});

it('descriptions cannot be changed', () => {
  const adam = optim.adam();
  // @ts-expect-error -- readonly
  expect(() => (adam.learningRate = 1)).toThrow(TypeError);
  // @ts-expect-error -- readonly
  expect(() => (model.layers[0] = model.layers[0]!)).toThrow(TypeError);
});

it('gather takes the batches that a Shuffler yields', () => {
  using set = data.fromArrays({ inputs: new Float32Array(4), shape: [2, 2], labels });
  const shuffler = new data.Shuffler({ length: 2, batchSize: 2 });
  expectTypeOf(shuffler).toExtend<Iterable<Uint32Array | Float64Array>>();
  for (const indices of shuffler) {
    const batch = data.gather(set, indices);
    expectTypeOf(batch.labels).toEqualTypeOf<Int32Array | Float32Array | undefined>();
    expect(data.gather(set, Float64Array.from(indices))).toEqual(batch);
  }
});
