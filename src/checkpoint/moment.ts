/** Saves a trainer to a file, and puts it back: its native memory, its record, and its callbacks. */
import { ThalwegError } from '../errors.js';
import { type NativeSnapshot, type NativeState, type NativeTrainer, native } from '../native.js';
import type { SavedCallback } from '../run/callback.js';
import type { TrainerContext } from '../run/context.js';
import { replaceAll } from '../run/record.js';
import type { SavedRun } from '../run/saved-run.js';
import type { TrainerDescription } from '../run/trainer-description.js';
import { type Writer, writer } from '../sealed/writer.js';
import { type Difference, differences } from './differences.js';
import { holdsTensors, readCheckpoint, writeCheckpoint } from './file.js';
import { checkArrays, checkMonitor, checkScalars } from './fitting.js';
import type { CheckpointHeader } from './head.js';
import type { CheckpointState } from './state.js';
import {
  callbackArrays,
  checkEntries,
  hasAveragedStatistics,
  joinCallbacks,
  layoutOf,
  readerOf,
  snapshotBytes,
  writerOf,
} from './tensors.js';

/** The run and the callbacks at one moment, without the trainer's tensors. */
export interface Moment {
  readonly run: Omit<SavedRun, 'callbacks'>;
  readonly callbacks: Readonly<Record<string, SavedCallback>>;
}

/** Allocates memory for a copy of the trainer's state. */
export function newSnapshot(trainer: NativeTrainer): NativeSnapshot {
  const bytes = snapshotBytes(trainer);
  trainer.requireMemory(bytes);
  return new native.Snapshot(bytes);
}

function stateOf(
  { record, description }: TrainerContext,
  source: NativeState,
  moment: Moment | undefined,
): CheckpointState {
  const { step: steps, skipped } = source.counters();
  const callbacks = Object.entries(moment?.callbacks ?? {}).map(
    ([name, { state, arrays }]) => [name, { state, arrays: Object.keys(arrays) }] as const,
  );
  return {
    lineage: record.lineage,
    trainer: description,
    steps,
    skipped,
    history: [...record.history],
    smoothedLoss: record.smoothedLoss.state(),
    ...(moment && { run: { ...moment.run, callbacks: Object.fromEntries(callbacks) } }),
    writer: writer(),
  };
}

/** A moment that is ready to be written. */
export interface CapturedMoment {
  readonly state: CheckpointState;
  /** Writes the moment to a file, and returns the number of bytes. */
  readonly write: (file: string) => Promise<number>;
  /** Returns true where a checkpoint holds the same tensors, bit for bit. */
  readonly isIn: (file: string) => Promise<boolean>;
}

/**
 * Prepares a moment for writing. The trainer's record is copied at once. The tensors are read from
 * `source` while the file is written, so it must not change until then.
 */
export function captureMoment(
  trainer: TrainerContext,
  source: NativeState,
  moment?: Moment,
): CapturedMoment {
  const hasAveraged = source.counters().hasAveragedStatistics;
  const layout = layoutOf(trainer.native, trainer.model, trainer.scalars, hasAveraged);
  const arrays = callbackArrays(moment?.callbacks ?? {});
  const state = stateOf(trainer, source, moment);
  const entries = [...layout.entries, ...arrays.map(({ entry }) => entry)];
  const read = readerOf(layout, source, arrays);
  const written = { state, entries, read };
  return {
    state,
    write: (file) => writeCheckpoint(file, written),
    isIn: (file) => holdsTensors(file, written),
  };
}

/** The parts of a trainer's description that must be the same to resume another's checkpoint. */
const essential = ['model', 'loss', 'rule', 'groups', 'seed', 'average.kind'] as const;

function isEssential(path: string): boolean {
  // Where one of the two has no average, the paths differ at `average` and not at its kind.
  return path === 'average' || essential.some((key) => path.startsWith(key));
}

function checkDescription(
  file: string,
  saved: TrainerDescription,
  present: TrainerDescription,
): readonly Difference[] {
  const found = differences(saved, present);
  const wrong = found.find(({ path }) => isEssential(path));
  if (wrong === undefined) return found;
  throw new ThalwegError({
    code: 'MISMATCH',
    path: wrong.path,
    received: wrong.present,
    expected: `${wrong.saved}, as in ${file}`,
    remedy:
      'make the trainer with the options of the saved one, or load the weights alone with loadWeights',
  });
}

/** Returns what else decides the bits of a run: the version of the package, and no processor. */
function surroundings(by: Writer | undefined) {
  return { writer: { thalweg: by?.thalweg } };
}

/** A checkpoint that has been read into a snapshot and verified. The trainer has not changed yet. */
interface Loaded {
  readonly header: CheckpointHeader;
  /** Differences from the trainer that do not prevent resuming. */
  readonly differences: readonly Difference[];
  readonly callbacks: Readonly<Record<string, SavedCallback>>;
}

/**
 * Reads a file into the snapshot. It checks the whole content, also against the trainer.
 *
 * @throws ThalwegError MISMATCH, VERSION, or an error that {@link isDamage} accepts
 */
export async function loadInto(
  trainer: TrainerContext,
  snapshot: NativeSnapshot,
  file: string,
): Promise<Loaded> {
  let target: ReturnType<typeof writerOf> | undefined;
  let found: readonly Difference[] = [];
  const header = await readCheckpoint(file, (accepted) => {
    const { trainer: saved, writer: by } = accepted.state;
    found = [
      ...checkDescription(file, saved, trainer.description),
      ...differences(surroundings(by), surroundings(writer())),
    ];
    const hasAveraged = hasAveragedStatistics(accepted);
    const layout = layoutOf(trainer.native, trainer.model, trainer.scalars, hasAveraged);
    checkEntries(file, layout, accepted);
    checkArrays(file, layout, accepted);
    checkMonitor(file, trainer.model, accepted.state.run?.monitor);
    target = writerOf(layout, snapshot, accepted);
    return target.sink;
  });
  const { steps, skipped, run } = header.state;
  const { scalars } = target!;
  checkScalars(file, scalars, { steps, averages: trainer.description.average !== null });
  snapshot.setCounters({
    step: steps,
    skipped,
    scalars,
    hasAveragedStatistics: hasAveragedStatistics(header),
  });
  const callbacks = joinCallbacks(run?.callbacks ?? {}, target!.arrays);
  return { header, differences: found, callbacks };
}

/** Puts the loaded state into the trainer. Where `file` is given, the next fit resumes its run. */
export async function putBack(
  { native, record }: TrainerContext,
  snapshot: NativeSnapshot,
  { header, callbacks }: Loaded,
  file: string | undefined,
): Promise<void> {
  const { lineage, steps, history, smoothedLoss, run } = header.state;
  // This is the last call that can fail, because the state has been checked.
  await native.load(snapshot);
  record.lineage = lineage;
  record.steps = steps;
  record.averaged = native.averagedCount();
  replaceAll(record.history, history);
  record.smoothedLoss.restore(smoothedLoss);
  record.resumed = run !== undefined && file !== undefined ? { run, callbacks, file } : undefined;
}
