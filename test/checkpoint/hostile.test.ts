/** Checkpoints with right checksums that no run wrote are refused before anything changes. */
import { copyFileSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type FitOptions,
  type Trainer,
  average,
  callbacks,
  io,
  optim,
  schedule,
} from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { failure } from '../oracle/failure.js';
import { type Parts, forge, forgeHistory, forgeState } from './forge.js';
import { classes, endOf, everyStep, make } from './runs.js';

const train = classes();
const validation = classes(20, 2);
const made = {
  average: average.ema({ decay: 0.9 }),
  optimizer: optim.nadam({ learningRate: schedule.plateau({ initial: 0.05, patience: 0 }) }),
};
const given = (epochs: number): FitOptions => ({
  epochs,
  batchSize: 8,
  validation,
  monitor: { every: 1 },
  callbacks: [callbacks.earlyStopping({ patience: 9 })],
});

type State = Record<string, never> & {
  run: Record<string, never> & {
    underWay: { progress: Record<string, number> };
    callbacks: Record<string, { arrays: string[] }>;
    monitor: { layers: unknown[] };
  };
};
const ofState = (change: (state: State) => void) => (file: string) => {
  forgeState(file, change as (state: never) => void);
};
const scalars =
  (change: (values: Float64Array) => void) =>
  ({ tensors }: Parts): void => {
    const { bytes } = tensors.find(({ name }) => name === 'scalars')!;
    change(new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8));
  };
const ofParts = (change: (parts: Parts) => void) => (file: string) => {
  forge(file, change);
};
const withText = (key: string, text: string) =>
  ofParts(({ metadata }) => {
    metadata[key] = text;
  });
const nested = '['.repeat(1e5) + ']'.repeat(1e5);
const line = '{"epoch":0}\n';

const damages: readonly (readonly [string, (file: string) => void, string])[] = [
  ['a state that is no JSON', withText('state', '{"steps":'), 'FORMAT'],
  ['a state that nests deeply', withText('state', nested), 'DEPTH'],
  ['a state that is a list', withText('state', '[]'), 'FORMAT'],
  ['checksums that are no JSON', withText('checksums', 'x'), 'FORMAT'],
  ['checksums that are numbers', withText('checksums', '{"scalars":5}'), 'FORMAT'],
  ['a version that is no number', withText('version', '1e0'), 'FORMAT'],
  ['a history that is no JSON', (file) => forgeHistory(file, 'x\n'), 'FORMAT'],
  ['a history that nests deeply', (file) => forgeHistory(file, `${nested}\n`), 'DEPTH'],
  [
    'a history that is no UTF-8',
    (file) => forgeHistory(file, Buffer.from([0xff, 0x0a])),
    'ENCODING',
  ],
  ['a record without its loss', (file) => forgeHistory(file, line), 'FORMAT'],
  [
    'a rate that ascends the gradient',
    ofState(({ run }) => Object.assign(run, { rateScale: -1 })),
    'FORMAT',
  ],
  [
    'more steps in the epoch than in all',
    ofState(({ run }) => Object.assign(run.underWay.progress, { steps: 5000, examples: 40_000 })),
    'FORMAT',
  ],
  ['fewer epochs than records', (file) => forgeHistory(file, ''), 'FORMAT'],
  ['a NaN among the scalars', ofParts(scalars((values) => values.fill(NaN, 0, 1))), 'FORMAT'],
  ['an average of −1 weights', ofParts(scalars((values) => values.fill(-1, -2, -1))), 'FORMAT'],
  [
    'an average of 10³⁰⁰ weights',
    ofParts(scalars((values) => values.fill(1e300, -2, -1))),
    'FORMAT',
  ],
  ['an average of half a weight', ofParts(scalars((values) => values.fill(0.5, -2, -1))), 'FORMAT'],
  [
    'an array of a callback without its tensor',
    ofState(({ run }) => run.callbacks['earlyStopping']!.arrays.push('more')),
    'FORMAT',
  ],
  [
    'an array of a callback twice',
    ofState(({ run }) => run.callbacks['earlyStopping']!.arrays.push('dense1.weight')),
    'FORMAT',
  ],
  [
    'a tensor that belongs to no callback',
    ofState(({ run }) => run.callbacks['earlyStopping']!.arrays.pop()),
    'FORMAT',
  ],
  ['a monitor of another model', ofState(({ run }) => run.monitor.layers.pop()), 'FORMAT'],
];

/**
 * Makes a folder with the checkpoints of a run that was aborted in its second epoch, the newest
 * last.
 */
let source: string;
beforeAll(async () => {
  source = newFolder();
  using trainer = make(made);
  const controller = new AbortController();
  await trainer.fit(train, {
    ...given(3),
    signal: controller.signal,
    checkpoint: { folder: source, ...everyStep },
    onEvent: (event) => {
      if (event.type === 'checkpoint' && event.step === 9) controller.abort();
    },
  });
});

function copied(): { folder: string; newest: string; older: string } {
  const folder = newFolder();
  const names = readdirSync(source).filter((name) => name !== '.lock');
  for (const name of names) copyFileSync(join(source, name), join(folder, name));
  const [older, newest] = names.slice(-2).map((name) => join(folder, name));
  return { folder, newest: newest!, older: older! };
}

/** Returns every bit that a trainer can save. */
async function savedBy(trainer: Trainer): Promise<unknown> {
  const file = join(newFolder(), 'saved.safetensors');
  await trainer.save(file);
  const { tensors, metadata } = await io.readSafetensors(file);
  const { writer: _, ...state } = JSON.parse(metadata['state']!) as Record<string, unknown>;
  return [state, tensors.map(({ name, data }) => [name, Buffer.from(data.buffer).toString('hex')])];
}

describe('a checkpoint with right checksums and', () => {
  it.each(damages)('%s is named, and an older one taken', async (_, damage, code) => {
    const { folder, newest, older } = copied();
    damage(newest);
    using trainer = make(made);
    expect(await failure(() => trainer.resume(newest))).toMatchObject({ code });
    const resumed = await trainer.resume(folder);
    expect(resumed?.file).toBe(older);
    expect(resumed?.damaged).toMatchObject([{ file: newest, error: { code } }]);
  });

  it('more steps done than the epoch has is refused by fit', async () => {
    const { newest } = copied();
    forgeState(newest, (state: State) => {
      Object.assign(state, { skipped: 1e12 });
      Object.assign(state.run.underWay.progress, { skipped: 1e12 });
    });
    using trainer = make(made);
    await trainer.resume(newest);
    const before = await savedBy(trainer);
    const { code, path } = await failure(() => trainer.fit(train, given(3)));
    expect([code, path]).toEqual(['MISMATCH', 'fit.batchSize']);
    expect(await savedBy(trainer)).toEqual(before);
  });
});

describe('a resume that fails', () => {
  it('leaves weights, steps, history, schedules and the run to go on with as they were', async () => {
    const { newest } = copied();
    using untouched = make(made);
    using trainer = make(made);
    for (const each of [untouched, trainer]) await each.resume(newest);
    const before = await savedBy(trainer);
    for (const [name, damage] of damages) {
      const bad = copied().newest;
      damage(bad);
      await failure(() => trainer.resume(bad));
      expect(await savedBy(trainer), name).toEqual(before);
    }
    const expected = endOf(untouched, await untouched.fit(train, given(4)));
    expect(endOf(trainer, await trainer.fit(train, given(4)))).toEqual(expected);
  });
});

describe('a record that its reader would refuse', () => {
  it('is not written after a change', async () => {
    using trainer = make();
    await trainer.fit(train, { epochs: 1, batchSize: 8 });
    const file = join(newFolder(), 'saved.safetensors');
    await trainer.save(file);
    const before = readFileSync(file);
    using other = make();
    await other.fit(train, { epochs: 1, batchSize: 8 });
    Object.assign(other.history[0]!, { loss: 'little' });
    expect(await failure(() => other.save(file))).toMatchObject({
      code: 'FORMAT',
      path: 'history[0]: loss',
      received: '"little"',
    });
    expect(readFileSync(file).equals(before)).toBe(true);
  });
});
