/** The description of a trainer in a checkpoint. */
import type { TrainerDescription } from '../run/trainer-description.js';
import { plain } from '../sealed/exact-json.js';

/** Returns the description of a trainer as reading it from a file would return it. */
export function describeTrainer(parts: TrainerDescription): TrainerDescription {
  return plain(parts);
}
