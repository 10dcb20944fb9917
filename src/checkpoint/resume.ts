/** The trainer's own calls: save to a file, resume from a file or a folder. */
import { extname } from 'node:path';
import { fileError, files } from '../io/files.js';
import type { TrainerContext } from '../run/context.js';
import type { Difference } from './differences.js';
import { type DamagedCheckpoint, newestGood } from './folder.js';
import { captureMoment, loadInto, newSnapshot, putBack } from './moment.js';

/** Options of {@link Trainer.resume}. */
export interface ResumeOptions {
  /**
   * `'continue'`: the next call of fit goes on with the run that the checkpoint was taken of. `'new'`:
   * it starts one of its own. Default `'continue'`.
   */
  readonly run?: 'continue' | 'new';
}

/** What {@link Trainer.resume} found. */
export interface Resumed {
  /** The checkpoint. */
  readonly file: string;
  /** Steps taken, over all runs. */
  readonly step: number;
  /** Epochs finished, over all runs. */
  readonly epoch: number;
  /** Batches done of the epoch under way. */
  readonly stepInEpoch: number;
  /** Newer checkpoints that could not be read. */
  readonly damaged: readonly DamagedCheckpoint[];
  /**
   * Where the saved trainer was made otherwise in what may differ, such as `optimizer.learningRate` or
   * `device`. Then the run ends in other bits than one never stopped.
   */
  readonly differences: readonly Difference[];
}

/**
 * Writes the trainer as it is, between runs, with the run that it was resumed to: it must do nothing
 * else until then.
 */
export async function saveCheckpoint(trainer: TrainerContext, file: string): Promise<void> {
  trainer.native.checkRest();
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

/** Makes the trainer what a file, or the newest good one of a folder, says. */
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
