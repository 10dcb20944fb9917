/** After a rollback, a run continues as if the later steps had not been. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type FitOptions,
  type ProgressEvent,
  Trainer,
  callbacks,
  data,
  nn,
  optim,
} from '../../src/index.js';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { RecentLoss } from '../../src/run/recent-loss.js';
import { newFolder } from '../new-folder.js';
import { floats, generator } from '../oracle/random.js';
import { classes, make } from './runs.js';

const model = nn.sequential({ input: [6] }, nn.dense(8), nn.dense(2));
const rows = 160;
const train = data.fromArrays({
  inputs: floats(generator(1), rows * 6),
  shape: [rows, 6],
  labels: floats(generator(2), rows * 2),
});
const linear = (learningRate: (step: number) => number): Trainer =>
  new Trainer({
    model,
    loss: 'meanSquaredError',
    optimizer: optim.sgd({ learningRate }),
    device: 'reference',
    seed: 3,
  });
const rollback = { times: 1, rateFactor: 0.5 };
const options = (): FitOptions & { readonly checkpoint: { readonly folder: string } } => ({
  epochs: 3,
  batchSize: 5,
  monitor: { every: 1 },
  checkpoint: { folder: newFolder(), everyEpochs: 1, rollback },
});
/** A rollback to the end of the first epoch, step 32, halves this rate. */
const rate = 2 ** -6;

/** Makes the rate far too high once, at the second step of the second epoch. */
function onceWild(): (step: number) => number {
  let isWild = true;
  return (step) => {
    if (step === 63) isWild = false;
    return step === 33 && isWild ? 1e38 : rate;
  };
}

/** After a pause, the run reports and watches its next step at once. */
const pause = {
  name: 'pause',
  epoch: () => new Promise((resolve) => setTimeout(resolve, 60)),
  rollback: () => new Promise((resolve) => setTimeout(resolve, 60)),
};

describe('a run that went back', () => {
  it('has seen what it would have seen without the discarded steps', async () => {
    const wild = options();
    using trainer = linear(onceWild());
    const { epochs } = await trainer.fit(train, { ...wild, callbacks: [pause] });
    const clean = options();
    using other = linear((step) => (step < 32 ? rate : rate / 2));
    const expected = await other.fit(train, { ...clean, callbacks: [pause] });
    expect(epochs.map(({ layers }) => layers)).toEqual(expected.epochs.map(({ layers }) => layers));
    const ends = await Promise.all(
      [wild, clean].map(async ({ checkpoint: { folder } }) => {
        const { state } = await inspectWhole(last(folder));
        return [state.run!.rollbacks, state.run!.monitor];
      }),
    );
    expect(ends).toEqual([
      [1, ends[1]![1]],
      [0, ends[1]![1]],
    ]);
  });

  it('smooths the loss from where it had been', async () => {
    const { checkpoint: files, ...rest } = options();
    const recent = new RecentLoss();
    const seen: ProgressEvent[] = [];
    let expected: number | undefined;
    const back: callbacks.Callback = {
      name: 'back',
      epoch: pause.epoch,
      rollback: async () => {
        const { state } = await inspectWhole(last(files.folder));
        recent.restore(state.run!.recentLoss);
        recent.startEpoch();
        seen.length = 0;
        await pause.rollback();
      },
      progress: (event) => {
        if (seen.push(event) > 1) return;
        const { loss, stepInEpoch: steps } = event;
        expected = recent.push({ lossSum: loss * 5 * steps, examples: 5 * steps, steps });
      },
      end: () => expect(seen[0]!.smoothedLoss).toBeCloseTo(expected!, 12),
    };
    using trainer = linear(onceWild());
    const { reason } = await trainer.fit(train, {
      ...rest,
      checkpoint: files,
      epochs: 2,
      callbacks: [back],
    });
    expect([reason, seen[0]!.epoch]).toEqual(['completed', 1]);
  });

  it('ends where it was stopped at the step that was not finite', async () => {
    using trainer = linear(onceWild());
    const stopper: callbacks.Callback = {
      ...pause,
      progress: ({ epoch }, run) => {
        if (epoch === 1) run.stop('enough');
      },
    };
    const { reason, stopReason, epochs } = await trainer.fit(train, {
      ...options(),
      callbacks: [stopper],
    });
    expect([reason, stopReason, epochs.length]).toEqual(['stopped', 'enough', 1]);
  });
});

function last(folder: string): string {
  const names = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  return join(folder, names.sort().at(-1)!);
}

it('a run resumed between epochs goes on with the smoothed loss', async () => {
  const folder = newFolder();
  using rows = classes();
  const options: FitOptions = { epochs: 1, batchSize: 5, checkpoint: { folder } };
  using first = make();
  await first.fit(rows, options);
  const { state } = await inspectWhole(last(folder));
  const recent = new RecentLoss();
  recent.restore(state.run!.recentLoss);
  recent.startEpoch();
  using second = make();
  await second.resume(folder);
  const seen: ProgressEvent[] = [];
  await second.fit(rows, {
    ...options,
    epochs: 2,
    onEvent: (event) => event.type === 'progress' && seen.push(event),
  });
  const { loss, stepInEpoch: steps, smoothedLoss } = seen[0]!;
  const examples = steps * 5;
  const expected = recent.push({ lossSum: loss * examples, examples, steps });
  expect(smoothedLoss).toBeCloseTo(expected!, 12);
  expect(Math.abs(smoothedLoss! - loss)).toBeGreaterThan(1e-6);
});
