/** What a checkpoint holds, and whether it is whole. */
import { checkPath } from '../options.js';
import type { EpochRecord } from '../run/history.js';
import type { TrainerDescription } from '../run/trainer-description.js';
import { readCheckpoint } from './file.js';
import type { CheckpointState } from './state.js';

/** One tensor of a checkpoint. */
export interface InspectedTensor {
  /** Its name, as `parameters/dense1.weight` or `slots/firstMoment/dense1.weight`. */
  readonly name: string;
  /** `F32`; `F64` for the optimizer's scalars, `U8` for the history, a line of JSON an epoch. */
  readonly dtype: string;
  /** Extents, the slowest first. */
  readonly shape: readonly number[];
}

/**
 * What a checkpoint holds besides its tensors. It also holds the run that was under way, the states of its
 * callbacks and who wrote it, which belong to the format: `JSON.stringify(state)` shows them, but no type
 * promises them.
 */
export interface InspectedState {
  /** Steps taken, over all runs. */
  readonly steps: number;
  /** Steps that `nonFinite: 'skip'` left out. */
  readonly skipped: number;
  /** The finished epochs, over all runs. */
  readonly history: readonly EpochRecord[];
  /** What the trainer was made with. */
  readonly trainer: TrainerDescription;
}

/** A checkpoint whose every checksum is right. */
export interface Inspection {
  /** Where it lies. */
  readonly file: string;
  /** Version of the file's format. */
  readonly version: number;
  /** Everything but the tensors. */
  readonly state: InspectedState;
  /** In the order of the file. */
  readonly tensors: readonly InspectedTensor[];
}

/** Does what {@link inspect} does, and types all of the state; `file` is a path. */
export async function inspectWhole(
  file: string,
): Promise<Inspection & { readonly state: CheckpointState }> {
  const { version, state, entries, history } = await readCheckpoint(file, () => () => undefined);
  const all = history === undefined ? entries : [...entries, history];
  const tensors = all.map(({ name, dtype, shape }) => ({ name, dtype, shape }));
  return { file, version, state, tensors };
}

/**
 * Reads a checkpoint through and verifies it.
 *
 * @throws ThalwegError (as a rejection) CHECKSUM, FORMAT, VERSION, MISSING, TRUNCATED, UNSAFE_PATH and
 * the others of `io.readSafetensors`
 */
export async function inspect(file: string): Promise<Inspection> {
  checkPath('file', file);
  return inspectWhole(file);
}
