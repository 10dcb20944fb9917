/**
 * Runs of every kind are killed at any operation on a file, or lose what was not synced, and go on:
 * they end in the bits of a run that never stopped. THALWEG_KILLS sets the number of kills. A
 * failure names the THALWEG_SEED that begins with it.
 */
import { describe, expect, it } from 'vitest';
import type { Trainer } from '../../src/index.js';
import { native } from '../../src/native.js';
import { generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { type Kind, kind, kindCount } from './kinds.js';
import { MemoryFiles } from './memory-files.js';
import { endOf } from './runs.js';

const kills = Number(process.env['THALWEG_KILLS'] ?? 1000);
const seed = Number(process.env['THALWEG_SEED'] ?? Date.now() % 1e9);
/** The folder exists for the sake of its lock; everything else is in memory. */
const folder = newFolder();
const checkpoint = { folder, everySteps: 1, everyEpochs: 1, waits: true, keepLast: 2 };
const timeout = 10 * 3600_000;

/** Returns the end of an undisturbed run of the kind. */
async function undisturbed({ train, make, options }: Kind): Promise<unknown> {
  using trainer = make();
  return endOf(trainer, await trainer.fit(train, options()));
}

/**
 * Kills one kind of run after another, until the number of kills is reached; reports the counts.
 */
async function torture(
  count: number,
  what: string,
  killsOf: (one: Kind, random: () => number) => Promise<number>,
): Promise<void> {
  let done = 0;
  let kinds = 0;
  for (let told = 0; done < count; kinds++) {
    const one = kind(seed + kinds);
    try {
      done += await killsOf(one, generator(seed + kinds));
    } catch (error) {
      throw new Error(`THALWEG_SEED=${seed + kinds}: ${one.name}`, { cause: error });
    }
    if (done - told < 10_000) continue;
    told = done;
    console.log(`${done} ${what}; THALWEG_SEED=${seed + kinds + 1} goes on from here`);
  }
  const distinct = Math.min(kinds, kindCount);
  console.log(`${done} ${what}, ${distinct} kinds of runs: 0 divergent, 0 unloadable`);
}

/** Lives one life of a run, until its end or the operation of number `limit`. */
async function live({ train, options }: Kind, trainer: Trainer, disk: MemoryFiles) {
  let isKilled = false;
  disk.onKill = () => {
    isKilled = true;
    trainer.dispose();
  };
  let known = -1;
  const end = await disk
    .during(async () => {
      const resumed = await trainer.resume(folder);
      expect(resumed?.damaged ?? []).toEqual([]);
      const history = await trainer.fit(train, {
        ...options(),
        checkpoint,
        onEvent: (event) => {
          if (event.type === 'checkpoint') known = event.step;
        },
      });
      return endOf(trainer, history);
    })
    .catch((error: unknown) => {
      if (!isKilled) throw error;
    });
  return { isKilled, end, known };
}

const stepsIn = (names: Iterable<string>): number =>
  Math.max(
    -1,
    ...[...names].map((path) => Number(/step-(\d+)\.safe[a-z]+$/.exec(path)?.[1] ?? -1)),
  );

/** Kills a run again and again until it ends; returns the number of kills. */
async function killAgainAndAgain(one: Kind, random: () => number): Promise<number> {
  const expected = await undisturbed(one);
  let left = new Map<string, Uint8Array>();
  for (let killed = 0; ; killed++) {
    using trainer = one.make();
    // These are enough operations for the run to get on, and few enough for many kills.
    const disk = new MemoryFiles(left, 1 + Math.floor(random() * 24));
    const { isKilled, end, known } = await live(one, trainer, disk);
    if (!isKilled) {
      expect(end).toEqual(expected);
      return killed;
    }
    left = disk.left(random() < 0.5 ? () => random() < 0.5 : undefined);
    // The folder still has every checkpoint that the run was told of.
    expect(stepsIn(left.keys())).toBeGreaterThanOrEqual(known);
  }
}

/** The operations of one run, and the events that it sent between them. */
async function recorded({ train, make, options }: Kind) {
  const disk = new MemoryFiles();
  const told: { readonly operations: number; readonly step: number }[] = [];
  using trainer = make();
  await disk.during(async () =>
    trainer.fit(train, {
      ...options(),
      checkpoint,
      onEvent: (event) => {
        if (event.type === 'checkpoint')
          told.push({ operations: disk.operations.length, step: event.step });
      },
    }),
  );
  const knownAfter = (count: number): number =>
    told.findLast(({ operations }) => operations <= count)?.step ?? -1;
  return { disk, knownAfter };
}

function digest(bytes: Uint8Array): string {
  const hash = new native.Checksum();
  hash.update(bytes);
  return hash.digest();
}

/**
 * Resumes from each state that a kill of one recorded run can leave. Among states with the very
 * same bytes, it follows the first to the end.
 */
function follower(one: Kind, expected: unknown) {
  const followed = new Set<string>();
  return async (left: Map<string, Uint8Array>, known: number): Promise<void> => {
    using trainer = one.make();
    await new MemoryFiles(left).during(async () => {
      const resumed = await trainer.resume(folder);
      expect(resumed?.damaged ?? []).toEqual([]);
      expect(resumed?.step ?? -1).toBe(stepsIn(left.keys()));
      expect(resumed?.step ?? -1).toBeGreaterThanOrEqual(known);
      const bytes = resumed === undefined ? 'none' : digest(left.get(resumed.file)!);
      if (followed.has(bytes)) return;
      followed.add(bytes);
      const history = await trainer.fit(one.train, one.options());
      expect(endOf(trainer, history)).toEqual(expected);
    });
  };
}

describe(`runs survive (seed ${seed})`, () => {
  it('kills and power cuts, again and again', { timeout }, async () => {
    await torture(kills / 4, 'kills and power cuts of runs that go on', killAgainAndAgain);
  });

  it('a kill and a power cut at any moment', { timeout }, async () => {
    await torture(
      kills - kills / 4,
      'kills and power cuts of recorded runs',
      async (one, random) => {
        const follow = follower(one, await undisturbed(one));
        const { disk, knownAfter } = await recorded(one);
        const moments = 15;
        for (let i = 0; i < moments; i++) {
          const count = Math.floor(random() * (disk.operations.length + 1));
          const known = knownAfter(count);
          await follow(disk.left(undefined, count), known);
          await follow(
            disk.left(() => random() < 0.5, count),
            known,
          );
        }
        return 2 * moments;
      },
    );
  });

  it('a kill and a power cut at every single operation of a run', { timeout }, async () => {
    const one = kind(seed);
    const random = generator(seed);
    const follow = follower(one, await undisturbed(one));
    const { disk, knownAfter } = await recorded(one);
    expect(disk.operations.length).toBeGreaterThan(50);
    for (let count = 0; count <= disk.operations.length; count++) {
      await follow(disk.left(undefined, count), knownAfter(count));
      await follow(
        disk.left(() => random() < 0.5, count),
        knownAfter(count),
      );
    }
  });
});
