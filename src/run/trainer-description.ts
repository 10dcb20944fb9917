/** What a trainer was made with; plain data, which checkpoints keep. */
import { type Infer, anything, count, list, object, oneOf, text } from '../schema.js';

const name = text(/^.+$/, 'text of at least one character');
const seed = text(/^\d{1,20}$/, 'an integer in decimal');

export const trainerDescription = object({
  /** The model, as `JSON.stringify(model)` has it. */
  model: anything,
  /** Kind and parameters of the loss. */
  loss: anything,
  /** Native name of the update rule. */
  rule: name,
  /** The group of each parameter, in the model's order. */
  groups: list(count()),
  /** The seed, in decimal. */
  seed,
  /** The optimizer, as `optim.adam` and the others make it. */
  optimizer: anything,
  /** Bounds on the gradient. */
  clip: anything,
  /** What a NaN or infinite gradient does. */
  nonFinite: oneOf('stop', 'skip', 'allow'),
  /** The average of the weights; null where none is kept. */
  average: anything,
  /** The device in use. */
  device: name,
});
/** What a trainer was made with. A function of the caller's stands as `{ "$function": true }`. */
export interface TrainerDescription extends Infer<typeof trainerDescription> {}

/** What {@link Trainer.toJSON} gives: what the trainer was made with, and how far it is. */
export interface TrainerJson extends Omit<TrainerDescription, 'rule' | 'groups'> {
  /** Taken so far, over all runs. */
  readonly steps: number;
  /** Finished so far, over all runs. */
  readonly epochs: number;
  /** How many weights the average has seen so far; 0 where none is kept. */
  readonly averaged: number;
}
