/**
 * Runs that are killed at any operation on a file, or lose what was not synced, and go on: they end in
 * the bits of a run never stopped. THALWEG_KILLS sets how many kills, THALWEG_SEED which.
 */
import { expect, it } from 'vitest';
import { type FitOptions, type TrainerOptions, optim } from '../../src/index.js';
import { generator } from '../oracle/random.js';
import { MemoryFiles } from './memory-files.js';
import { classes, endOf, make, newFolder } from './runs.js';

const kills = Number(process.env['THALWEG_KILLS'] ?? 150);
const seed = Number(process.env['THALWEG_SEED'] ?? Date.now() % 1e9);

const rules: Partial<TrainerOptions>[] = [
  { optimizer: optim.adam() },
  { optimizer: optim.nadam({ groups: [{ match: '*.bias', learningRateScale: 2 }] }) },
  { optimizer: optim.rmsprop({ momentum: 0.9 }), nonFinite: 'skip' },
  { optimizer: optim.sgd() },
];

/** A run that is killed again and again until it ends; gives its end, and how often it was. */
async function killedRun(
  options: Partial<TrainerOptions>,
  fitOptions: FitOptions,
  random: () => number,
): Promise<{ end: unknown; killed: number; log: string }> {
  const folder = newFolder();
  using train = classes();
  let left = new Map<string, Uint8Array>();
  let log = '';
  for (let killed = 0; ; killed++) {
    using trainer = make(options);
    // Enough operations for the run to get on, few enough for many kills.
    const disk = new MemoryFiles(left, 1 + Math.floor(random() * 60));
    const checkpoint = { folder, everySteps: 1, everyEpochs: 1, waits: true, keepLast: 2 };
    let isKilled = false;
    disk.onKill = () => {
      isKilled = true;
      trainer.dispose();
    };
    let known = -1;
    const end = await disk
      .during(async () => {
        const resumed = await trainer.resume(folder);
        log += ` ${resumed?.step ?? '-'}/${resumed?.damaged.length ?? 0}`;
        const history = await trainer.fit(train, {
          ...{ ...fitOptions, checkpoint },
          onEvent: (event) => {
            if (event.type === 'checkpoint') known = event.step;
          },
        });
        return endOf(trainer, history);
      })
      .catch((error: unknown) => {
        if (!isKilled) throw error;
      });
    if (!isKilled) return { end, killed, log };
    const isPowerCut = random() < 0.5;
    left = disk.left(isPowerCut ? () => random() < 0.5 : undefined);
    // What a run was told of is there, whatever happens.
    const steps = [...left.keys()].map((path) => Number(/step-(\d+)/.exec(path)?.[1] ?? -1));
    expect(Math.max(-1, ...steps), log).toBeGreaterThanOrEqual(known);
  }
}

it(
  `survives ${kills} kills and power cuts (seed ${seed})`,
  { timeout: 10 * 3600_000 },
  async () => {
    const random = generator(seed);
    const fitOptions = { epochs: 3, batchSize: 8 };
    using train = classes();
    const ends = [];
    for (const options of rules) {
      using trainer = make(options);
      ends.push(endOf(trainer, await trainer.fit(train, fitOptions)));
    }
    for (let done = 0, i = 0; done < kills; i++) {
      const which = i % rules.length;
      const { end, killed, log } = await killedRun(rules[which]!, fitOptions, random);
      expect(end, log).toEqual(ends[which]);
      done += killed;
    }
  },
);
