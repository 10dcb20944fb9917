/**
 * What a checkpoint holds besides tensors; plain data. The schemas here and in src/run are the one
 * place that says what a file may hold: types follow from them, and every state goes through them when
 * it is written and when it is read.
 */
import { ThalwegError } from '../errors.js';
import type { EpochRecord } from '../run/history.js';
import { exponentialState, savedRun } from '../run/saved-run.js';
import { trainerDescription } from '../run/trainer-description.js';
import { type Infer, count, list, object, optional, parseValue, text } from '../schema.js';
import { epochRecord } from './epoch-record.js';

const name = text(/^.+$/, 'text of at least one character');
const date = text(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/, 'a time in ISO 8601');
const uuid = text(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/, 'a UUID');

const writer = object({
  /** When it was written, in ISO 8601. */
  time: date,
  /** Version of this package. */
  thalweg: name,
  /** Version of Node.js. */
  node: name,
  /** Instruction set of the vector lanes. */
  isa: name,
});
/** Who wrote a checkpoint, when. */
export interface Writer extends Infer<typeof writer> {}

const headState = object({
  /** Which trainer's life this is a moment of; resuming goes on with the same. */
  lineage: uuid,
  /** What it was made with. */
  trainer: trainerDescription,
  /** Steps taken, over all runs. */
  steps: count(),
  /** Steps that `nonFinite: 'skip'` left out. */
  skipped: count(),
  /** The average of the history's losses. */
  smoothedLoss: exponentialState,
  /** Absent where no run was under way. */
  run: optional(savedRun),
  /** Who wrote it. */
  writer,
});
/** What stands in the header: all but the history, which has no bounds. */
export interface HeadState extends Infer<typeof headState> {}

/** All of it. */
export interface CheckpointState extends HeadState {
  /** The finished epochs. */
  readonly history: readonly EpochRecord[];
}

type Limit = readonly [path: string, value: number, most: number];

/** Numbers that another part of the state bounds. */
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
 * The state that a header holds.
 *
 * @throws ThalwegError FORMAT where a part is missing, of another type, out of its range, or at odds
 * with another part
 */
export function parseHeadState(value: unknown, file: string): HeadState {
  const state = parseValue(headState, value, file);
  checkLimits(limitsOf(state), file);
  return state;
}

/**
 * The records of a file of format 1, whose state holds them.
 *
 * @throws ThalwegError FORMAT
 */
export function parseHistory(value: unknown, file: string): readonly EpochRecord[] {
  return parseValue(object({ history: list(epochRecord) }), value, file).history;
}

/**
 * Whether a whole history is that of its state.
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
