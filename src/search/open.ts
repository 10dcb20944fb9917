/** Opens studies. */
import type { Space } from './space.js';
import { type StudyOptions, checkStudy } from './study-options.js';
import { Study } from './study.js';

/**
 * Opens a study for a loop of your own. Where its store has it already, the study goes on.
 *
 * @throws ThalwegError (as a rejection) TYPE, RANGE, SEED, DUPLICATE, UNKNOWN_OPTION; MISMATCH where the store
 * has a study of this name with another space, seed or direction; FORMAT, NO_SPACE, PERMISSION and other
 * errors of the store
 * @example
 * const study = await search.study({ space: { x: search.uniform(-1, 1) }, trials: 20 });
 * for (let trial = await study.ask(); trial !== undefined; trial = await study.ask())
 *   await study.tell(trial, (trial.values.x - 0.3) ** 2);
 * await study.close();
 */
export async function study<const S extends Space>(options: StudyOptions<S>): Promise<Study<S>> {
  return Study.open<S>(checkStudy('study', options, []));
}
