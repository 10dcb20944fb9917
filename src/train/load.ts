/** The options of a trainer that is made of a model file. */
import type { LossName } from '../loss/loss.js';
import { type Arrays, readModel } from '../model/file.js';
import { requireOptions } from '../options.js';
import { trainerKeys } from './build.js';
import type { TrainerOptions } from './trainer-options.js';

/**
 * Options of {@link Trainer.load}: those of a {@link Trainer} without its model. The loss is that of the file
 * unless they name one.
 */
export type LoadTrainerOptions<L extends LossName = LossName> = Omit<
  TrainerOptions<L>,
  'model' | 'loss'
> &
  Partial<Pick<TrainerOptions<L>, 'loss'>>;

const keys = trainerKeys.filter((key) => key !== 'model');

/** Reads a model file, and returns the options of its trainer and the weights. */
export async function planLoading<L extends LossName>(
  file: string,
  options: LoadTrainerOptions<L>,
): Promise<{ readonly made: TrainerOptions<L>; readonly arrays: Arrays }> {
  requireOptions('trainer', options, keys);
  const { model, loss, arrays } = await readModel(file);
  return {
    made: { ...options, model, loss: options.loss ?? (loss as TrainerOptions<L>['loss']) },
    arrays,
  };
}
