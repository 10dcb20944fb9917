/**
 * Every field of a real checkpoint gets every kind of wrong value, with right checksums. Each is
 * refused with a code and changes nothing, or is harmless, for a reason that is given below.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  type FitOptions,
  ThalwegError,
  type Trainer,
  average,
  callbacks,
  metrics,
} from '../../src/index.js';
import { isDamage } from '../../src/checkpoint/folder.js';
import { newFolder } from '../new-folder.js';
import { type Parts, assemble, partsOf } from './forge.js';
import { classes, make } from './runs.js';
import { changesOf, nested } from './wrong-values.js';

const made = { average: average.ema({ decay: 0.9 }) };
const train = classes(24);
const validation = classes(12, 2);
const folder = newFolder();

/** The options of the saved run, without its folder. */
function given(): FitOptions {
  return {
    epochs: 2,
    batchSize: 8,
    validation,
    monitor: { every: 1 },
    metrics: ['f1', 'perClass', 'confusionMatrix', metrics.topK(2)],
    callbacks: [callbacks.earlyStopping({ patience: 9 })],
  };
}

/** One file, and its fault. */
interface Mutation {
  readonly name: string;
  readonly bytes: Buffer;
}

/**
 * Reasons for which a value may be taken: nothing is computed from it, or some run can leave it.
 */
const harmless: readonly (readonly [RegExp, string])[] = [
  [/ a field more$/, 'fields that no schema knows are left out'],
  [/ -0$/, 'of a count −0 is 0, and another number may be any'],
  [/^trainer\.(optimizer|clip|nonFinite|average|device)\b/, 'is only compared, and told'],
  [/^writer\b/, 'is only compared, and told'],
  [/^smoothedLoss\.sum /, 'any number is the average of some losses'],
  [/^smoothedLoss\.count 0$/, 'no loss need have been finite'],
  [/^run\.(shuffle|dropLast|validation) /, 'fit compares it with its own, and refuses another'],
  [/^run\.(highestRate|highestLately)\b/, 'only a warning is judged by it'],
  [/^run\.(back|recentLoss|monitor|warned) nothing$/, 'earlier versions left it out'],
  [/^run\.back\.(files \[\]|files\[0\]|tried)/, 'a run goes back to files of its folder alone'],
  [/^run\.underWay nothing$/, 'a run between two epochs has none'],
  [/^run\.underWay\.(partRows|recentLoss) nothing$/, 'earlier versions left it out'],
  [/^run\.underWay\.progress\.(lossSum|gradientNorm|lastLoss|correct) /, 'is only reported'],
  [/^run\.underWay\.seconds /, 'is only reported'],
  [/^run\.recentLoss\b/, 'is only reported'],
  [/^run\.monitor\.layers\[0\]\./, 'the monitor only judges and reports'],
  [/^run\.warned (\[\]|a field)/, 'no warning need have been sent'],
  [/^run\.warned\[0\]/, 'names a warning that is not sent again'],
  [/^run\.stopReason /, 'any text is a reason'],
  [/^run\.callbacks\.earlyStopping\.state\b/, 'the callback checks it in fit'],
  [/^history\[0\]\.(loss|accuracy|smoothedLoss|seconds|examplesPerSecond) /, 'is a record'],
  [/^history\[0\]\.(learningRate|gradientNorm|skippedSteps|layers|validation)\b/, 'is a record'],
];

async function attempt(
  trainer: Trainer,
  { name, bytes }: Mutation,
): Promise<ThalwegError | undefined> {
  const file = join(folder, 'mutated.safetensors');
  writeFileSync(file, bytes);
  try {
    await trainer.resume(file);
    return undefined;
  } catch (error) {
    if (!(error instanceof ThalwegError))
      throw new Error(`${name}: ${String(error)}`, { cause: error });
    return error;
  }
}

/** Returns all that may not change, except what is too slow to read thousands of times. */
function standOf(trainer: Trainer): string {
  const { steps, averaged, epochs } = trainer;
  const bits = Object.values(trainer.parameters()).map((each) =>
    Buffer.from(each.buffer).toString('latin1'),
  );
  return JSON.stringify([steps, averaged, epochs, bits]);
}

describe('a checkpoint with one wrong value', () => {
  let parts: Parts;
  let mutations: Mutation[];
  beforeAll(async () => {
    using trainer = make(made);
    const kept = join(folder, 'kept');
    const controller = new AbortController();
    const { checkpoint: file } = await trainer.fit(train, {
      ...given(),
      signal: controller.signal,
      checkpoint: { folder: kept, everySteps: 1, waits: true, rollback: {} },
      onEvent: (event) => {
        if (event.type === 'checkpoint' && event.epoch === 1) controller.abort();
      },
    });
    parts = partsOf(file!);
    delete parts.metadata['checksums'];
    const saved = JSON.parse(parts.metadata['state']!) as { run: object };
    Object.assign(saved.run, {
      warned: [{ code: 'STALL', layer: 'dense1' }],
      stopReason: 'enough',
    });
    const state = (parts.metadata['state'] = JSON.stringify(saved));
    const lines = parts.tensors.at(-1)!.bytes.toString();
    mutations = [...ofState(state), ...ofHistory(lines), ...ofMetadata()];
  });

  const withState = (state: string): Buffer =>
    assemble({ ...parts, metadata: { ...parts.metadata, state } });
  function* ofState(state: string): Generator<Mutation> {
    for (const { name, text } of changesOf(state)) yield { name, bytes: withState(text) };
  }

  function* ofHistory(lines: string): Generator<Mutation> {
    const [line = '', ...rest] = lines.split(/(?<=\n)/);
    const tensors = parts.tensors.slice(0, -1);
    const history = parts.tensors.at(-1)!;
    for (const { name, text } of changesOf(line.trimEnd(), 'history[0]')) {
      const bytes = Buffer.from(`${text}\n${rest.join('')}`);
      yield {
        name,
        bytes: assemble({
          ...parts,
          tensors: [...tensors, { ...history, bytes, shape: [bytes.length] }],
        }),
      };
    }
  }

  function* ofMetadata(): Generator<Mutation> {
    const texts = ['', 'x', '{', '[1', 'null', '5', '[]', '{}', '"x"', nested(100_000), '\ud800'];
    for (const key of ['format', 'version', 'state', 'checksums'])
      for (const text of [...texts, '-1', '0', '1.5', '1e0', '99', 'NaN'])
        yield {
          name: `metadata.${key} ${text.slice(0, 9)}`,
          bytes: assemble({ ...parts, metadata: { ...parts.metadata, [key]: text } }),
        };
  }

  it('is read as it is', async () => {
    using trainer = make(made);
    expect(await attempt(trainer, { name: '', bytes: assemble(parts) })).toBeUndefined();
    expect(mutations.length).toBeGreaterThan(2500);
  });

  it('is refused, and changes nothing, or is harmless', async () => {
    const taken: string[] = [];
    const odd: string[] = [];
    let trainer = make(made);
    const before = standOf(trainer);
    for (const mutation of mutations) {
      const error = await attempt(trainer, mutation);
      if (error !== undefined) {
        const isOfOther = error.code === 'MISMATCH';
        const isNewer = /^metadata\.version (5|99)$/.test(mutation.name);
        if (!isDamage(error) && !isOfOther && !isNewer)
          odd.push(`${mutation.name}: ${String(error)}`);
        if (standOf(trainer) !== before) odd.push(`${mutation.name}: something changed`);
        continue;
      }
      taken.push(mutation.name);
      if (!harmless.some(([pattern]) => pattern.test(mutation.name))) odd.push(mutation.name);
      trainer.dispose();
      trainer = make(made);
    }
    trainer.dispose();
    expect(odd).toEqual([]);
    // Every reason in the list is used.
    const idle = harmless.filter(([pattern]) => !taken.some((name) => pattern.test(name)));
    expect(idle.map(String)).toEqual([]);
  });
});
