/** Watches the limits of a study's work. */
import type { CheckedStudy } from './study-options.js';

/** Counts the work of a study from its opening on. */
export class BudgetWatch {
  readonly #limits: CheckedStudy['budget'];
  readonly #opened = performance.now();
  #epochs = 0;

  constructor(limits: CheckedStudy['budget']) {
    this.#limits = limits;
  }

  /** Counts one reported epoch, which the trials may not show yet. */
  count(): void {
    this.#epochs++;
  }

  /** Returns true where a limit is reached. */
  isSpent(store: { readonly reports: number }): boolean {
    const { epochs, seconds } = this.#limits;
    if (performance.now() - this.#opened >= 1000 * seconds) return true;
    if (epochs === Infinity) return false;
    return this.#epochs >= epochs || store.reports >= epochs;
  }
}
