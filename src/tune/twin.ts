/** Trainers to try things out with: like the given one, which stays as it is. */
import type { TrainerOptions } from '../train/trainer-options.js';
import { Trainer } from '../train/trainer.js';

/** A trainer, or what one is made with. */
export type Subject = Trainer | TrainerOptions;

/** What the subject is made with. */
export function optionsOf(subject: Subject): TrainerOptions {
  return subject instanceof Trainer ? subject.options : subject;
}

/** Another trainer, at the weights of the subject (a trainer's present ones); to be disposed of. */
export function twinOf(subject: Subject, changes: Partial<TrainerOptions> = {}): Trainer {
  const twin = new Trainer({ ...optionsOf(subject), ...changes });
  try {
    if (subject instanceof Trainer) {
      twin.setParameters(subject.parameters());
      twin.setStatistics(subject.statistics());
    }
    return twin;
  } catch (error) {
    twin.dispose();
    throw error;
  }
}
