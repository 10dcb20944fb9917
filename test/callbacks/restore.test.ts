/** Restoring several callbacks: all of them, or none; and nothing of the trainer changes with none. */
import { join } from 'node:path';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Trainer, callbacks, ensemble } from '../../src/index.js';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { classes, endOf, everyStep, make } from '../checkpoint/runs.js';
import { newFolder } from '../new-folder.js';

type Callback = callbacks.Callback;

/** A callback that counts epochs, and keeps their sum in an array that it writes in place. */
class Counter implements Callback {
  count = 0;
  readonly sums = new Float32Array(2);
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  epoch(): void {
    this.sums[0]! += ++this.count;
  }

  state(): callbacks.Json {
    return { count: this.count };
  }

  arrays(): Record<string, Float32Array> {
    return { sums: this.sums };
  }

  restore(state: callbacks.Json, arrays: Readonly<Record<string, Float32Array>>): void {
    const given = state as { count: number };
    this.count = given.count;
    given.count = -1; // the state is its own
    this.sums.set(arrays['sums']!);
  }
}

const settings = { epochs: 4, batchSize: 8 };

/** A folder with a checkpoint of the end of epoch 2 of a run with these callbacks. */
async function stopped(given: readonly Callback[]): Promise<string> {
  const folder = newFolder();
  const stop = new AbortController();
  using train = classes();
  using trainer = make();
  await trainer.fit(train, {
    ...settings,
    callbacks: given,
    checkpoint: { folder, ...everyStep },
    signal: stop.signal,
    onEvent: (event) => {
      if (event.type === 'epoch' && event.epoch === 1) stop.abort();
    },
  });
  return folder;
}

/** All that a user sees of a trainer, and what it would save. */
async function seen(trainer: Trainer): Promise<unknown> {
  const file = join(newFolder(), 'now.safetensors');
  await trainer.save(file);
  const { state, tensors } = await inspectWhole(file);
  const { writer: _, ...rest } = state;
  const parameters = Object.values(trainer.parameters()).map((array) => [...array]);
  return { parameters, rest, tensors, steps: trainer.steps, history: trainer.history };
}

const mine = new Error('mine');
const refusals: readonly (readonly [string, object, object])[] = [
  [
    'throws',
    {
      restore: () => {
        throw mine;
      },
    },
    { message: 'mine' },
  ],
  ['rejects', { restore: () => Promise.reject(mine) }, { code: 'TYPE' }],
  ['resolves', { restore: () => Promise.resolve() }, { code: 'TYPE' }],
  ['gives something like a promise', { restore: () => ({ then: () => 1 }) }, { code: 'TYPE' }],
];

describe('where the second of three callbacks', () => {
  it.each(refusals)('%s, all stay as before, and so does the trainer', async (_, evil, error) => {
    const names = ['first', 'second', 'third'];
    const folder = await stopped(names.map((name) => new Counter(name)));
    using train = classes();
    using trainer = make();
    await trainer.resume(folder);
    const before = await seen(trainer);
    const [first, second, third] = names.map((name) => new Counter(name)) as [
      Counter,
      Counter,
      Counter,
    ];
    for (const each of [first, second, third]) {
      each.count = 77;
      each.sums.fill(5);
    }
    const own = second.restore.bind(second);
    Object.assign(second, evil);
    const fit = trainer.fit(train, { ...settings, callbacks: [first, second, third] });
    await expect(fit).rejects.toMatchObject(error);
    await new Promise((resolve) => setTimeout(resolve, 5)); // a rejection would be told by now
    for (const each of [first, third]) expect([each.count, ...each.sums]).toEqual([77, 5, 5]);
    expect(await seen(trainer)).toEqual(before);

    second.restore = own;
    const history = await trainer.fit(train, { ...settings, callbacks: [first, second, third] });
    for (const each of [first, second, third])
      expect([each.count, ...each.sums]).toEqual([4, 10, 0]);
    using whole = make();
    const straight = await whole.fit(train, settings);
    expect(endOf(trainer, history)).toEqual(endOf(whole, straight));
  });

  it('half restores itself before it throws, it goes back as well', async () => {
    const folder = await stopped([new Counter('first'), new Counter('second')]);
    using train = classes();
    using trainer = make();
    await trainer.resume(folder);
    const [first, second] = [new Counter('first'), new Counter('second')];
    const own = second.restore.bind(second);
    let isFirst = true;
    second.restore = (state, arrays) => {
      own(state, arrays);
      if (isFirst) [isFirst] = [false, expect(second.count).toBe(2)];
      else return;
      throw mine;
    };
    const fit = trainer.fit(train, { ...settings, callbacks: [first, second] });
    await expect(fit).rejects.toBe(mine);
    expect([first.count, second.count]).toEqual([0, 0]);
  });
});

describe('callbacks that are not those of the saved run', () => {
  const trials: readonly (readonly [string, readonly string[], string, string])[] = [
    ['one is missing', ['first'], 'MISMATCH', 'callbacks.second'],
    ['one is extra', ['first', 'second', 'other'], 'MISMATCH', 'callbacks.other'],
    ['one has another name', ['first', 'other'], 'MISMATCH', 'callbacks.other'],
    ['one is there twice', ['first', 'second', 'first'], 'DUPLICATE', 'fit.callbacks[2].name'],
  ];
  it.each(trials)('%s: refused, and nothing changes', async (_, names, code, path) => {
    const folder = await stopped([new Counter('first'), new Counter('second')]);
    using train = classes();
    using trainer = make();
    await trainer.resume(folder);
    const before = await seen(trainer);
    const given = names.map((name) => new Counter(name));
    const fit = trainer.fit(train, { ...settings, callbacks: given });
    await expect(fit).rejects.toMatchObject({ code, path });
    expect(given.map(({ count }) => count)).toEqual(given.map(() => 0));
    expect(await seen(trainer)).toEqual(before);
  });

  it('in another order they are the same', async () => {
    const folder = await stopped([new Counter('first'), new Counter('__proto__')]);
    using train = classes();
    using trainer = make();
    await trainer.resume(folder);
    const given = ['__proto__', 'first'].map((name) => new Counter(name));
    await trainer.fit(train, { ...settings, callbacks: given });
    expect(given.map(({ count }) => count)).toEqual([4, 4]);
  });
});

/** A run of two epochs with these callbacks, of a trainer of its own. */
async function trains(given: readonly Callback[]): Promise<void> {
  using train = classes();
  using trainer = make();
  await trainer.fit(train, { ...settings, epochs: 2, callbacks: given });
}

describe('callbacks of ours behind one that refuses its state', () => {
  const evil = (): Callback => ({
    name: 'evil',
    epoch: () => undefined,
    state: () => null,
    restore: () => {
      throw mine;
    },
  });
  const makers: readonly (readonly [string, (file: string) => Callback])[] = [
    ['early stopping', () => callbacks.earlyStopping({ metric: 'loss', patience: 50 })],
    ['snapshots', () => ensemble.snapshots()],
    ['a CSV log', (file) => callbacks.csvLog({ file })],
    ['a JSON log', (file) => callbacks.jsonLog({ file })],
    ['a TensorBoard log', (folder) => callbacks.tensorBoard({ folder, every: Infinity })],
  ];
  it.each(makers)('%s serves the next trainer as if nothing had been', async (_, maker) => {
    const own = {
      name: 'evil',
      epoch: () => undefined,
      state: () => null,
      restore: () => undefined,
    };
    const saved = await stopped([maker(join(newFolder(), 'saved')), own]);
    const states = [];
    for (const fails of [false, true]) {
      const file = join(newFolder(), 'log');
      const kept = maker(file);
      await trains([kept]);
      if (fails) {
        using train = classes();
        using trainer = make();
        await trainer.resume(saved);
        const fit = trainer.fit(train, { ...settings, callbacks: [kept, evil()] });
        await expect(fit).rejects.toBe(mine);
      }
      await trains([kept]);
      await kept.flush?.();
      const log = kept.name === 'csvLog' ? rowsOf(file) : undefined;
      const files = kept.name === 'tensorBoard' ? readdirSync(file).length : undefined;
      const arrays = Object.entries(kept.arrays?.() ?? {}).map(([key, a]) => [key, ...a]);
      states.push({ state: plain(kept.state?.()), arrays, log, files });
    }
    expect(states[1]).toEqual(states[0]);
  });
});

/** Without what differs from run to run: a file's name, and the lengths of times. */
function plain(state: callbacks.Json | undefined): unknown {
  return JSON.parse(
    JSON.stringify(state ?? null, (key, value: unknown) =>
      key === 'file' || key === 'bytes' ? key : value,
    ),
  );
}

/** The epochs of a CSV file's rows. */
function rowsOf(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(',')[0]!);
}
