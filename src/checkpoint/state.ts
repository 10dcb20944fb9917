/**
 * The state of a checkpoint, without its tensors; plain data. The schemas here and in src/run alone
 * define what a file may hold. The types follow from them, and they check every state when it is
 * written and when it is read.
 */
import { ThalwegError } from '../errors.js';
import type { EpochRecord } from '../run/history.js';
import { exponentialState, savedRun } from '../run/saved-run.js';
import { trainerDescription } from '../run/trainer-description.js';
import { type Infer, count, list, object, optional, parseValue, text } from '../schema.js';
import { writerSchema } from '../sealed/writer.js';
import { epochRecord } from './epoch-record.js';

const uuid = text(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, 'a UUID');

const headState = object({
  /** Identifies a trainer; one that resumes its checkpoint takes over the same lineage. */
  lineage: uuid,
  /** The model and options of the trainer. */
  trainer: trainerDescription,
  /** The number of steps taken, over all runs. */
  steps: count(),
  /** The number of steps that `nonFinite: 'skip'` left out. */
  skipped: count(),
  /** The average of the history's losses. */
  smoothedLoss: exponentialState,
  /** The unfinished run; absent between runs. */
  run: optional(savedRun),
  /** The process that wrote the checkpoint. */
  writer: writerSchema,
});
/** The state that stands in the header: all but the history, whose length has no limit. */
export interface HeadState extends Infer<typeof headState> {}

/** The whole state. */
export interface CheckpointState extends HeadState {
  /** The records of the finished epochs. */
  readonly history: readonly EpochRecord[];
}

type Limit = readonly [path: string, value: number, most: number];

/** Returns the numbers that another part of the state bounds, with their bounds. */
function limitsOf({ steps, skipped, run }: HeadState): Limit[] {
  const done = run?.underWay?.progress;
  if (done === undefined) return [];
  return [
    ['run.underWay.progress.steps', done.steps, steps],
    ['run.underWay.progress.skipped', done.skipped, skipped],
  ];
}

function refuse(path: string, received: number, expected: string): never {
  throw new ThalwegError({
    code: 'FORMAT',
    path,
    received: String(received),
    expected,
    remedy: 'use an older copy',
  });
}

function checkLimits(limits: readonly Limit[], file: string): void {
  for (const [path, value, most] of limits)
    if (value > most) refuse(`${file}: ${path}`, value, `at most ${most}`);
}

/**
 * Returns the checked state of a header.
 *
 * @throws ThalwegError FORMAT where a part is missing, has another type, is out of its range, or
 * contradicts another part
 */
export function parseHeadState(value: unknown, file: string): HeadState {
  const state = parseValue(headState, value, file);
  checkLimits(limitsOf(state), file);
  return state;
}

/**
 * Returns the history of a file of format 1, whose state holds it.
 *
 * @throws ThalwegError FORMAT
 */
export function parseHistory(value: unknown, file: string): readonly EpochRecord[] {
  return parseValue(object({ history: list(epochRecord) }), value, file).history;
}

/**
 * Checks that a whole history fits the rest of its state.
 *
 * @throws ThalwegError FORMAT
 */
export function checkHistory({ history, smoothedLoss, run }: CheckpointState, file: string): void {
  const { length } = history;
  const wrong = history.findIndex(({ epoch }, i) => epoch !== i);
  if (wrong !== -1) refuse(`${file}: history[${wrong}].epoch`, history[wrong]!.epoch, `${wrong}`);
  checkLimits(
    [
      ['smoothedLoss.count', smoothedLoss.count, length],
      ['run.firstEpoch', run?.firstEpoch ?? 0, length],
    ],
    file,
  );
}
