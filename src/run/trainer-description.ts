/** The description of a trainer, as plain data that checkpoints keep. */
import { type Infer, anything, count, list, object, oneOf, text } from '../schema.js';

const name = text(/^.+$/, 'text of at least one character');
const seed = text(/^\d{1,20}$/, 'an integer in decimal');

export const trainerDescription = object({
  /** The description of the model, as `model.toJSON()` returns it. */
  model: anything,
  /** Kind and parameters of the loss. */
  loss: anything,
  /** Native name of the update rule. */
  rule: name,
  /** The group of each parameter, in the model's order. */
  groups: list(count()),
  /** The seed, in decimal. */
  seed,
  /** The description of the optimizer, as `optim.adam` and the others make it. */
  optimizer: anything,
  /** Bounds on the gradient. */
  clip: anything,
  /** The policy for a step with NaN or an infinity. */
  nonFinite: oneOf('stop', 'skip', 'allow'),
  /** The average of the weights; null where none is kept. */
  average: anything,
  /** The device in use. */
  device: name,
});
/** The description of a trainer. `{ "$function": true }` stands for a function of the caller's. */
export interface TrainerDescription extends Infer<typeof trainerDescription> {}

/** The result of {@link Trainer.toJSON}: the description of the trainer and its progress. */
export interface TrainerJson extends Omit<TrainerDescription, 'rule' | 'groups'> {
  /** The number of steps taken so far, over all runs. */
  readonly steps: number;
  /** The number of epochs finished so far, over all runs. */
  readonly epochs: number;
  /** The number of times that the weights entered the average so far; 0 without an average. */
  readonly averaged: number;
}
