/** The reports of a running trial, and the best of them. */
import { type Report, costOf } from './trial-record.js';

/** Keeps reports by rising epoch. Adding one at the end takes the same time at any length. */
export class ReportHistory {
  readonly #reports: Report[] = [];
  readonly #maximize: boolean;
  #best: number | undefined;

  constructor(maximize: boolean) {
    this.#maximize = maximize;
  }

  /** The reports, by rising epoch; the array grows with them. */
  get reports(): readonly Report[] {
    return this.#reports;
  }

  /** The best value, the earliest of equals; NaN counts as the worst. Undefined before the first report. */
  get best(): number | undefined {
    return this.#best;
  }

  /** Adds a report; it takes the place of an earlier one of its epoch. */
  add(report: Report): void {
    const last = this.#reports.at(-1);
    if (last === undefined || last.epoch < report.epoch) {
      this.#reports.push(report);
      this.#compare(report);
      return;
    }
    const at = this.#reports.findIndex((each) => each.epoch >= report.epoch);
    this.#reports.splice(at, this.#reports[at]!.epoch === report.epoch ? 1 : 0, report);
    this.#best = undefined;
    for (const each of this.#reports) this.#compare(each);
  }

  #compare({ value }: Report): void {
    const [cost, best] = [costOf(value, this.#maximize), this.#best];
    if (best === undefined || cost < costOf(best, this.#maximize)) this.#best = value;
  }
}
