/** The work of `Trainer.save` and `Trainer.resume`. */
import { extname } from 'node:path';
import { fileError, files } from '../io/files.js';
import type { TrainerContext } from '../run/context.js';
import type { Difference } from './differences.js';
import { type DamagedCheckpoint, newestGood } from './folder.js';
import { captureMoment, loadInto, newSnapshot, putBack } from './moment.js';

/** Options of {@link Trainer.resume}. */
export interface ResumeOptions {
  /**
   * `'continue'` lets the next call of fit go on with the run of the checkpoint. `'new'` lets it start
   * a new run. Default `'continue'`.
   */
  readonly run?: 'continue' | 'new';
}

/** The result of {@link Trainer.resume}. */
export interface Resumed {
  /** The path of the checkpoint. */
  readonly file: string;
  /** The number of steps taken, over all runs. */
  readonly step: number;
  /** The number of epochs finished, over all runs. */
  readonly epoch: number;
  /** The number of batches done in the unfinished epoch; 0 between epochs. */
  readonly stepInEpoch: number;
  /** Newer checkpoints that could not be read. */
  readonly damaged: readonly DamagedCheckpoint[];
  /**
   * Differences between the saved trainer and this one that do not prevent resuming, such as
   * `optimizer.learningRate` or `device`. With any, the run may end with other bits than one that was
   * never stopped.
   */
  readonly differences: readonly Difference[];
}

/**
 * Writes the trainer as it is between runs, together with a run that it has resumed and not yet
 * continued. The trainer must do nothing else until the file is written.
 */
export async function saveCheckpoint(trainer: TrainerContext, file: string): Promise<void> {
  trainer.native.checkIdle();
  await captureMoment(trainer, trainer.native, trainer.record.resumed).write(file);
}

async function isFolder(path: string): Promise<boolean | undefined> {
  try {
    return (await files.stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(error, path);
  }
}

/** Puts the trainer back to a file, or to the newest readable file of a folder. */
export async function resumeFrom(
  trainer: TrainerContext,
  path: string,
  continues: boolean,
): Promise<Resumed | undefined> {
  const folder = await isFolder(path);
  if (folder === undefined && extname(path) !== '.safetensors') return undefined;
  const snapshot = newSnapshot(trainer.native);
  try {
    const load = (file: string): ReturnType<typeof loadInto> => loadInto(trainer, snapshot, file);
    const found = folder
      ? await newestGood(path, load)
      : { file: path, loaded: await load(path), damaged: [] };
    if (found === undefined) return undefined;
    await putBack(trainer, snapshot, found.loaded, continues ? found.file : undefined);
    const { steps, history, run } = found.loaded.header.state;
    const { steps: done = 0, skipped = 0 } = run?.underWay?.progress ?? {};
    return {
      file: found.file,
      step: steps,
      epoch: history.length,
      stepInEpoch: done + skipped,
      damaged: found.damaged,
      differences: found.loaded.differences,
    };
  } finally {
    snapshot.dispose();
  }
}
