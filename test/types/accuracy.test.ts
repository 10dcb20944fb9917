/** `accuracy` is a number by type where the loss has one; `tsc -p tsconfig.test.json` checks it. */
import { expect, expectTypeOf, it } from 'vitest';
import {
  type EpochRecord,
  type Evaluation,
  type Fit,
  type FitOptions,
  type History,
  type TrainEvent,
  type TrainerOptions,
  Trainer,
  data,
  loss,
  nn,
  optim,
  progress,
} from '../../src/index.js';

const model = nn.sequential({ input: [2] }, nn.dense(2));
const optimizer = optim.adam();
const inputs = new Float32Array(4);
const classes = data.fromArrays({ inputs, shape: [2, 2], labels: new Int32Array(2) });
const targets = data.fromArrays({ inputs, shape: [2, 2], labels: new Float32Array(4) });

it('softmaxCrossEntropy has one: after evaluate, of each epoch, of its validation, of each event', async () => {
  using trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer });
  expectTypeOf(trainer).toEqualTypeOf<Trainer<'softmaxCrossEntropy'>>();
  const heard: number[] = [];
  const fit = trainer.fit(classes, {
    epochs: 1,
    validation: classes,
    onEvent: (event) => {
      if (event.type === 'epoch') heard.push(event.accuracy);
    },
  });
  for await (const event of fit) if (event.type === 'epoch') heard.push(event.accuracy);
  const { epochs } = await fit;
  expectTypeOf(epochs[0]!.accuracy).toEqualTypeOf<number>();
  expectTypeOf(epochs[0]!.validation!.accuracy).toEqualTypeOf<number>();
  expectTypeOf(trainer.history[0]!.accuracy).toEqualTypeOf<number>();
  const plain = await trainer.evaluate(classes);
  const measured = await trainer.evaluate(classes, { metrics: ['f1'] });
  expectTypeOf(plain.accuracy).toEqualTypeOf<number>();
  expectTypeOf(measured.accuracy).toEqualTypeOf<number>();
  expectTypeOf(measured.metrics.f1).toEqualTypeOf<number>();
  const all = [...heard, epochs[0]!.accuracy, epochs[0]!.validation!.accuracy, plain.accuracy];
  expect(all).toHaveLength(5);
  expect([...all, measured.accuracy].every((share) => share >= 0 && share <= 1)).toBe(true);
});

it('other losses have none, and must be asked', async () => {
  for (const each of ['meanSquaredError', 'huber', 'sigmoidCrossEntropy'] as const) {
    using trainer = new Trainer({ model, loss: each, optimizer });
    const { accuracy } = await trainer.evaluate(targets);
    expectTypeOf(accuracy).toEqualTypeOf<number | undefined>();
    expect(accuracy).toBeUndefined();
    const { epochs } = await trainer.fit(targets, { epochs: 1, validation: targets });
    expectTypeOf(epochs[0]!.accuracy).toEqualTypeOf<number | undefined>();
    expectTypeOf(epochs[0]!.validation!.accuracy).toEqualTypeOf<number | undefined>();
    expect([epochs[0]!.accuracy, epochs[0]!.validation!.accuracy]).toEqual([undefined, undefined]);
  }
});

it('a described loss is as one by name, and options keep what they know', async () => {
  using trainer = new Trainer({ model, loss: loss.softmaxCrossEntropy(), optimizer });
  using twin = new Trainer(trainer.options);
  const { accuracy } = await twin.evaluate(classes);
  expectTypeOf(accuracy).toEqualTypeOf<number>();
  expectTypeOf(loss.huber({ delta: 2 }).kind).toEqualTypeOf<'huber'>();
  expect(accuracy).toBeGreaterThanOrEqual(0);
});

it('types without an argument serve any loss, as they did before they took one', async () => {
  const options: TrainerOptions = { model, loss: 'softmaxCrossEntropy', optimizer };
  const any = new Trainer(options);
  expectTypeOf(any).toEqualTypeOf<Trainer>();
  expectTypeOf((await any.evaluate(classes)).accuracy).toEqualTypeOf<number | undefined>();
  const trainers: Trainer[] = [any, new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer })];
  const listen: (event: TrainEvent) => void = progress({ stream: { write: () => true } });
  const fitOptions: FitOptions = { epochs: 1, onEvent: listen };
  const fits: Fit[] = trainers.map((trainer) => trainer.fit(classes, fitOptions));
  const history: History = (await Promise.all(fits))[1]!;
  const record: EpochRecord = history.epochs[0]!;
  const evaluation: Evaluation = await trainers[1]!.evaluate(classes);
  const made: Evaluation = { loss: 1 };
  expect([record.epoch, made.accuracy, typeof evaluation.accuracy]).toEqual([
    0,
    undefined,
    'number',
  ]);
  for (const trainer of trainers) trainer.dispose();
});
