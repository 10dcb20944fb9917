/** Studies in files: they go on after any end, and a file that is damaged or foreign is refused by name. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { readLine, writeLine } from '../../src/search/journal/line.js';
import { failure } from '../oracle/failure.js';
import { newFolder } from '../new-folder.js';
import { base, linesOf, newStore, objective, space } from './studies.js';

/** Returns the trials without their times. */
const plain = (trials: readonly search.TrialRecord<unknown>[]): unknown[] =>
  trials.map(({ started, ended, ...rest }) => rest);

describe('a store', () => {
  it('holds what the study has, and the study goes on', async () => {
    const store = newStore();
    const first = await search.run({ ...base, store, trials: 7 });
    const loaded = await search.load(store);
    expect(plain(loaded.trials)).toEqual(plain(first.trials));
    expect(loaded).toMatchObject({ name: 'study', direction: 'minimize' });
    expect(plain([loaded.best!])).toEqual(plain([first.best!]));
    const second = await search.run({ ...base, store, trials: 12 });
    const whole = await search.run({ ...base, trials: 12 });
    expect(plain(second.trials)).toEqual(plain(whole.trials));
    expect(second.trials.slice(0, 7)).toEqual(loaded.trials);
    const third = await search.run({ ...base, store, trials: 12, objective: () => 0 });
    expect(plain(third.trials)).toEqual(plain(whole.trials));
  });

  it('holds several studies, and finds the right one', async () => {
    const store = newStore();
    await search.run({ ...base, store, trials: 3, name: 'first' });
    await search.run({ ...base, store, trials: 2, name: 'second', seed: 5, direction: 'maximize' });
    await search.run({ ...base, store, trials: 4, name: 'first' });
    expect((await search.load(store, { name: 'first' })).trials).toHaveLength(4);
    const two = await search.load(store, { name: 'second' });
    expect(two.trials).toHaveLength(2);
    expect(two.direction).toBe('maximize');
    expect(await failure(() => search.load(store))).toMatchObject({ code: 'MISSING' });
    const wrong = await failure(() => search.load(store, { name: 'secnd' }));
    expect(wrong).toMatchObject({ code: 'MISSING', remedy: 'did you mean `second`?' });
  });

  it('refuses a study of another space, seed or direction, and changes nothing', async () => {
    const store = newStore();
    await search.run({ ...base, store, trials: 2 });
    const before = readFileSync(store, 'utf8');
    const others = [
      { seed: 5 },
      { direction: 'maximize' },
      { space: { ...space, units: search.integer(8, 65) } },
    ] as const;
    for (const other of others) {
      const run = () => search.run({ ...base, store, trials: 4, ...(other as object) });
      expect(await failure(run)).toMatchObject({ code: 'MISMATCH', path: store });
    }
    expect(readFileSync(store, 'utf8')).toBe(before);
  });

  it('keeps failed trials and their reason', async () => {
    const store = newStore();
    const broken = (): number => {
      throw new Error('no memory');
    };
    const run = search.run({ ...base, store, trials: 3, objective: broken });
    await expect(run).rejects.toThrow('no memory');
    const { trials } = await search.load(store);
    expect(trials).toMatchObject([{ state: 'failed', reason: 'no memory' }]);
  });

  it('leaves no lock behind, and makes missing folders', async () => {
    const store = join(newFolder(), 'a', 'b', 'study.jsonl');
    await search.run({ ...base, store, trials: 2 });
    expect(existsSync(`${store}.lock`)).toBe(false);
  });
});

describe('a trial that was left', () => {
  it('is run again after an abort, with the same values, seed and number', async () => {
    const store = newStore();
    const controller = new AbortController();
    const seeds: number[] = [];
    const aborted = await search.run({
      ...base,
      store,
      trials: 6,
      signal: controller.signal,
      objective: (trial) => {
        seeds[trial.number] = trial.seed;
        if (trial.number === 3) controller.abort();
        return objective(trial);
      },
    });
    expect(aborted.trials.map(({ state }) => state)).toEqual([
      'complete',
      'complete',
      'complete',
      'running',
    ]);
    const study = await search.run({
      ...base,
      store,
      trials: 6,
      objective: (trial) => {
        if (trial.number === 3) expect(trial.seed).toBe(seeds[3]);
        return objective(trial);
      },
    });
    const whole = await search.run({ ...base, trials: 6 });
    expect(plain(study.trials)).toEqual(plain(whole.trials));
  });

  it('is run again after its process was killed, and each trial ends once', async () => {
    const store = newStore();
    const program = `
      import { search } from ${JSON.stringify(join(process.cwd(), 'dist/index.mjs'))};
      await search.run({
        store: ${JSON.stringify(store)}, sampler: 'random', seed: 4, trials: 24, concurrency: 2,
        space: { x: search.uniform(0, 1) },
        objective: async ({ values }) => {
          await new Promise((resolve) => setTimeout(resolve, 10));
          return values.x;
        },
      });`;
    let kills = 0;
    for (let attempt = 0; attempt < 8; attempt++) {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program]);
      const ended = once(child, 'exit');
      // It is killed in the middle, at a time of its own, after it has added some trials.
      const before = existsSync(store) ? readFileSync(store).length : 0;
      for (let i = 0; i < 1000 && child.exitCode === null; i++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (existsSync(store) && readFileSync(store).length > before + 1500) break;
      }
      if (attempt < 2) kills += Number(child.kill('SIGKILL'));
      const [status] = (await ended) as [number | null];
      if (status === 0) break;
    }
    expect(kills).toBeGreaterThan(0);
    const { trials } = await search.load(store);
    expect(trials.map(({ number, state }) => [number, state])).toEqual(
      Array.from({ length: 24 }, (_, number) => [number, 'complete']),
    );
    expect(trials.every(({ value, values }) => value === values['x'])).toBe(true);
    const ends = linesOf(store).filter((line) => line['op_code'] === 6);
    expect(new Set(ends.map((line) => line['trial_id'])).size).toBe(ends.length);
  }, 120_000);

  const leaseOf = (lease: object | null): string =>
    `${JSON.stringify({ op_code: 9, worker_id: 'w', trial_id: 0, system_attr: { 'thalweg:lease': lease } })}\n`;
  const far = { worker: 'w', host: 'far', pid: 1, start: '0', until: Date.now() + 1e9 };
  /** Returns the 22nd field of a process's state, its start. */
  const startOf = (pid: number): string =>
    readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')[19]!;
  const own = { pid: process.pid, start: startOf(process.pid) };
  it.each<[string, object | null, boolean]>([
    ['whose lease has run out', { ...far, until: 1 }, true],
    ['of a process of another machine', far, false],
    ['of a living process', { ...far, host: hostname(), pid: 1, start: startOf(1) }, false],
    [
      'that a living process here cannot renew',
      { ...far, ...own, host: hostname(), until: 1 },
      false,
    ],
    ['of a thread of this process', { ...far, host: hostname(), ...own }, false],
    ['of a dead process', { ...far, host: hostname(), pid: 2 ** 22 }, true],
    ['of an earlier process of this number', { ...far, host: hostname(), pid: own.pid }, true],
    ['that was handed back', null, true],
    ['with a damaged lease', { worker: 3 }, true],
  ])('is taken or not: one %s', async (_, lease, isTaken) => {
    const store = newStore();
    const first = await search.study({ space, seed: 4, sampler: 'random', store });
    await first.ask();
    await first.close();
    appendFileSync(store, leaseOf(lease));
    const second = await search.study({ space, seed: 4, sampler: 'random', store });
    expect((await second.ask())!.number).toBe(isTaken ? 0 : 1);
    await second.close();
  });

  it('is lost to the first worker where another has taken it', async () => {
    const store = newStore();
    const first = await search.study({ space, store });
    const trial = (await first.ask())!;
    appendFileSync(store, leaseOf({ ...far, worker: 'other' }));
    expect(await failure(() => first.tell(trial, 1))).toMatchObject({ code: 'LOCKED' });
    expect(first.trials[0]!.state).toBe('running');
    await first.close();
  });

  it('is left by a worker that lost it while it ran', async () => {
    const store = newStore();
    const run = search.run({
      ...base,
      store,
      trials: 1,
      leaseSeconds: 1,
      objective: async (trial) => {
        appendFileSync(store, leaseOf({ ...far, worker: 'other' }));
        await once(trial.signal, 'abort');
        expect(trial.stop).toBe(true);
        return 1;
      },
    });
    expect((await run).trials).toMatchObject([{ state: 'running' }]);
    expect(readFileSync(store, 'utf8').trimEnd().split('\n').at(-1)).toContain('"other"');
  });

  it('is none of ours where Optuna began it', async () => {
    const store = newStore();
    const records = [
      { op_code: 0, study_name: 'study', directions: [1] },
      { op_code: 4, study_id: 0, datetime_start: '2026-01-01T00:00:00.000000+00:00' },
    ];
    writeFileSync(store, records.map((each) => writeLine({ worker_id: 'o', ...each })).join(''));
    const study = await search.run({ ...base, store, trials: 3 });
    expect(study.trials.map(({ state }) => state)).toEqual(['running', 'complete', 'complete']);
  });
});

describe('several workers of one store', () => {
  it('share the trials, and each ends once', async () => {
    const store = newStore();
    const options = { ...base, store, trials: 30, concurrency: 3 };
    const slow = async (trial: search.Trial<search.Values<typeof space>>): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return objective(trial);
    };
    const counts = [0, 0, 0];
    await Promise.all(
      counts.map(async (_, i) =>
        search.run({ ...options, objective: slow, onTrial: () => void counts[i]!++ }),
      ),
    );
    expect(counts.reduce((a, b) => a + b)).toBe(30);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    const whole = await search.run({ ...base, trials: 30 });
    expect(plain((await search.load(store)).trials)).toEqual(plain(whole.trials));
  });
});

describe('a line', () => {
  it('keeps every number, as Python writes it', () => {
    const numbers = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity));
    const values = fc.record({ text: fc.string(), numbers: fc.array(numbers) });
    fc.assert(
      fc.property(values, (value) => {
        const line = writeLine(value);
        expect(line.endsWith('\n')).toBe(true);
        const again = readLine(line.trimEnd(), 'line') as typeof value;
        expect(again.text).toBe(value.text);
        expect(again.numbers.map((x) => x + 0)).toEqual(value.numbers.map((x) => x + 0));
      }),
    );
    expect(writeLine({ a: NaN, b: -Infinity, c: 'NaN' })).toBe(
      '{"a":NaN,"b":-Infinity,"c":"NaN"}\n',
    );
  });
});
