/** Reads and verifies a checkpoint without a trainer. */
import { checkPath } from '../options.js';
import type { EpochRecord } from '../run/history.js';
import type { TrainerDescription } from '../run/trainer-description.js';
import { readCheckpoint } from './file.js';
import type { CheckpointState } from './state.js';

/** One tensor of a checkpoint. */
export interface InspectedTensor {
  /** Its name, such as `parameters/dense1.weight` or `slots/firstMoment/dense1.weight`. */
  readonly name: string;
  /** `F32`; `F64` for the optimizer's scalars; `U8` for the history, one line of JSON an epoch. */
  readonly dtype: string;
  /** The extents, with the slowest axis first. */
  readonly shape: readonly number[];
}

/**
 * The state of a checkpoint, without its tensors. The object also holds the unfinished run, the states
 * of its callbacks and the writer of the file. `JSON.stringify(state)` shows these parts, but the types
 * leave them out because they may change with the format.
 */
export interface InspectedState {
  /** The number of steps taken, over all runs. */
  readonly steps: number;
  /** The number of steps that `nonFinite: 'skip'` left out. */
  readonly skipped: number;
  /** The records of the finished epochs, over all runs. */
  readonly history: readonly EpochRecord[];
  /** The model and options of the trainer. */
  readonly trainer: TrainerDescription;
}

/** A checkpoint in which every checksum is right. */
export interface Inspection {
  /** The path of the file. */
  readonly file: string;
  /** The version of the file's format. */
  readonly version: number;
  /** The content besides the tensors. */
  readonly state: InspectedState;
  /** The tensors in the order of the file. */
  readonly tensors: readonly InspectedTensor[];
}

/** Does the work of {@link inspect}; its type shows the whole state, and it does not check the path. */
export async function inspectWhole(
  file: string,
): Promise<Inspection & { readonly state: CheckpointState }> {
  const { version, state, entries, history } = await readCheckpoint(file, () => () => undefined);
  const all = history === undefined ? entries : [...entries, history];
  const tensors = all.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
  return { file, version, state, tensors };
}

/**
 * Reads a whole checkpoint and verifies every checksum.
 *
 * @throws ThalwegError (as a rejection) CHECKSUM, FORMAT, VERSION, MISSING, TRUNCATED, UNSAFE_PATH and
 * the others of `io.readSafetensors`
 */
export async function inspect(file: string): Promise<Inspection> {
  checkPath('file', file);
  return inspectWhole(file);
}
