/** Opens studies. */
import { Chooser } from './chooser.js';
import { FileJournal } from './journal/file-journal.js';
import { MemoryJournal } from './journal/journal.js';
import { newWorker } from './journal/lease.js';
import { StudyStore } from './journal/study-store.js';
import type { Space } from './space.js';
import { type CheckedStudy, type StudyOptions, checkStudy } from './study-options.js';
import { Study } from './study.js';

/** Opens a study of checked options, in memory or in its store. */
export async function openStudy<S extends Space>(checked: CheckedStudy): Promise<Study<S>> {
  const { store: file, leaseSeconds } = checked;
  const chooser = new Chooser(checked); // it may refuse the space, before the store changes
  const journal = file === undefined ? new MemoryJournal() : await FileJournal.open(file);
  try {
    const owner = { worker: newWorker(), leaseSeconds, file: file ?? 'the study' };
    const store = await StudyStore.open(journal, checked, owner);
    return new Study<S>(checked, { chooser, store });
  } catch (error) {
    await journal.close();
    throw error;
  }
}

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
  return openStudy<S>(checkStudy('study', options, []));
}
