/** Makes copies of trainers for trials, so that the given trainer does not change. */
import { requireOptions } from '../options.js';
import { trainerKeys } from '../train/build.js';
import type { TrainerOptions } from '../train/trainer-options.js';
import { Trainer } from '../train/trainer.js';
import { isInstance } from '../values.js';

/** A trainer, or the options of one. */
export type Subject = Trainer | TrainerOptions;

/** Returns the options of the subject. */
export function optionsOf(subject: Subject): TrainerOptions {
  if (isInstance(subject, Trainer)) return subject.options;
  return requireOptions('trainer', subject, trainerKeys) as unknown as TrainerOptions;
}

/** Returns another trainer at the present weights of the subject. The caller disposes of it. */
export function twinOf(subject: Subject, changes: Partial<TrainerOptions> = {}): Trainer {
  const twin = new Trainer({ ...optionsOf(subject), ...changes });
  try {
    if (isInstance(subject, Trainer)) {
      twin.setParameters(subject.parameters());
      twin.setStatistics(subject.statistics());
    }
    return twin;
  } catch (error) {
    twin.dispose();
    throw error;
  }
}
