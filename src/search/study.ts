/** A study: a search under way, or ended, with its trials. */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { ThalwegError } from '../errors.js';
import { checkNumber, describe, wrongType } from '../options.js';
import { isInstance } from '../values.js';
import type { Journal } from './journal/journal.js';
import type { Outcome, StudyStore } from './journal/study-store.js';
import { type Border, borderText, findBorders } from './border.js';
import { BudgetWatch } from './budget.js';
import type { Chooser } from './chooser.js';
import type { ReportHistory } from './history.js';
import { failureOf, outcomeOf } from './outcome.js';
import { type ReportOptions, reportText } from './report.js';
import { type Verdict, firstVerdict } from './rules/rule.js';
import type { Space, Values } from './space.js';
import type { CheckedStudy } from './study-options.js';
import { Trial } from './trial.js';
import { seedOf } from './trial-random.js';
import { type Report, type TrialRecord, ranking } from './trial-record.js';

/** Milliseconds between two looks at a store in which trials of other processes must end. */
const pollTime = 200;

type RunningTrial = Trial<never>;

/**
 * A search. Make one with {@link study} for a loop of your own, which asks for trials and tells their results;
 * {@link run} does this by itself. S is the type of its space.
 */
export class Study<S extends Space = Space> {
  /** The name of the study in its store. */
  readonly name: string;
  /** The seed from which all randomness of the study follows. */
  readonly seed: bigint;
  /** The direction of better values. */
  readonly direction: 'minimize' | 'maximize';
  readonly #checked: CheckedStudy;
  readonly #journal: Journal;
  readonly #store: StudyStore;
  readonly #chooser: Chooser;
  readonly #running = new Map<number, RunningTrial>();
  readonly #budget: BudgetWatch;
  readonly #timer: NodeJS.Timeout | undefined;
  #wake: (() => void)[] = [];
  /** The number of trials that this study has ended. */
  #results = 0;
  #isClosed = false;

  /**
   * Use {@link study}.
   *
   * @internal
   */
  constructor(checked: CheckedStudy, { chooser, store }: { chooser: Chooser; store: StudyStore }) {
    this.#checked = checked;
    this.#chooser = chooser;
    this.#budget = new BudgetWatch(checked.budget);
    [this.#store, this.#journal] = [store, store.journal];
    [this.name, this.seed] = [checked.name, checked.seed];
    this.direction = checked.maximize ? 'maximize' : 'minimize';
    this.#timer = this.#journal.isShared
      ? setInterval(() => void this.#renew(), (1000 * checked.leaseSeconds) / 3).unref()
      : undefined;
  }

  /** Holds the running trials for longer, and leaves those that another worker has taken. */
  async #renew(): Promise<void> {
    for (const trial of this.#running.values()) {
      const isOurs = await this.#store.renew(trial.number).catch(() => true); // tell says what is wrong
      if (!isOurs) trial.leave('another worker has taken the trial');
    }
  }

  /** All trials, by number, with those of other workers that this study has seen. */
  get trials(): readonly TrialRecord<Values<S>>[] {
    return this.#store.trials as readonly TrialRecord<Values<S>>[];
  }

  /** The complete trial with the best value, the earliest of equals; undefined before the first. */
  get best(): TrialRecord<Values<S>> | undefined {
    return this.top(1)[0];
  }

  /**
   * Returns the best complete trials, the best first.
   *
   * @param count the most trials, an integer, at least 1
   * @throws ThalwegError RANGE, TYPE
   */
  top(count: number): readonly TrialRecord<Values<S>>[] {
    checkNumber('top.count', count, { min: 1, max: 1e6, integer: true });
    const ranked = ranking(this.#store.trials, this.#checked.maximize);
    return ranked.slice(0, count) as unknown as readonly TrialRecord<Values<S>>[];
  }

  /**
   * The ends of ranges at which, or beyond which, the best values lie: trials get better towards the end, more
   * than chance allows, and do not turn before it. It needs 30 trials, and looks at those of the first stage.
   */
  get borders(): readonly Border[] {
    const { parameters, maximize } = this.#checked;
    const first = this.#store.trials.filter(({ stage = 0 }) => stage === 0);
    return findBorders(parameters, first.filter(this.#chooser.isUsable), maximize);
  }

  /** Doubts about the sampler for this space, and about the ranges. */
  get warnings(): readonly string[] {
    return [...this.#chooser.warnings, ...this.borders.map(borderText)];
  }

  /**
   * Returns a table of the best trials, with counts and warnings, as text.
   *
   * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
   */
  report(options: ReportOptions = {}): string {
    const { parameters, maximize, name } = this.#checked;
    const { trials } = this.#store;
    const said = { notes: this.#chooser.notes(trials), warnings: this.warnings };
    return reportText({ name, trials, parameters, maximize, ...said, options });
  }

  /**
   * Takes the next trial: one that a dead worker left, or else a new one. It waits where a sampler needs the
   * results of running trials.
   *
   * @returns undefined where the study has all its trials, or has used up its budget
   * @throws ThalwegError (as a rejection) RANGE where the constraint refuses nearly everything, DISPOSED, and
   * NO_SPACE, MISSING, PERMISSION or FORMAT of the store; and what sampler and constraint throw
   */
  async ask(): Promise<Trial<Values<S>> | undefined> {
    return this.next(() => false);
  }

  /**
   * Acts like {@link Study.ask}, and returns undefined soon after `isEnding` returns true.
   *
   * @internal
   */
  async next(isEnding: () => boolean): Promise<Trial<Values<S>> | undefined> {
    for (;;) {
      await nextTurn(); // signals, timers and servers get their turn between trials that do not wait
      this.#checkOpen();
      if (isEnding() || this.#budget.isSpent(this.#store)) return undefined;
      const most = Math.min(this.#checked.trials, this.#chooser.length);
      const changed = new Promise<void>((resolve) => this.#wake.push(resolve));
      const results = this.#results;
      const claim = await this.#store.claim(this.#chooser.choose, most);
      if (claim === 'end') return undefined;
      if (claim !== 'wait') return this.#begin(claim.trial.record);
      if (results !== this.#results) continue; // a trial has ended meanwhile
      if (!this.#journal.isShared && this.#running.size === 0) return undefined;
      await (this.#journal.isShared ? Promise.race([changed, sleep(pollTime)]) : changed);
    }
  }

  #checkOpen(): void {
    if (!this.#isClosed) return;
    throw new ThalwegError({
      code: 'DISPOSED',
      path: 'study',
      received: 'a closed study',
      expected: 'an open one',
      remedy: 'open it again with search.study',
    });
  }

  #begin({ number, values, stage, epochs }: TrialRecord): Trial<Values<S>> {
    const parts = { number, seed: seedOf(this.seed, number), stage, epochs };
    const owner = { report: this.#report, maximize: this.#checked.maximize };
    const trial = new Trial({ ...parts, values: values as Values<S> }, owner);
    this.#running.set(number, trial as unknown as RunningTrial);
    return trial;
  }

  readonly #report = (
    number: number,
    report: Report,
    { reports: history, best }: ReportHistory,
  ): Verdict | undefined => {
    this.#store.report(number, report);
    this.#budget.count();
    if (this.#budget.isSpent(this.#store))
      return { reason: 'the budget is used up', state: 'pruned' };
    const { rules, maximize } = this.#checked;
    if (rules.length === 0) return undefined;
    const { stage } = this.#running.get(number)!;
    const others = this.#store.others(number).filter((each) => each.stage === stage);
    return firstVerdict(rules, { history, best: best!, others, maximize });
  };

  /**
   * Keeps the result of a trial, and waits until the store has it safely. A trial that a rule has given up is
   * pruned, whatever the value. A value that is NaN or infinite makes a failed trial.
   *
   * @param value the value of the objective; without it, the last reported one counts
   * @throws ThalwegError (as a rejection) TYPE, DISPOSED where the trial has ended, LOCKED where another worker
   * has it by now, and NO_SPACE, MISSING, FORMAT or PERMISSION of the store
   */
  async tell(trial: Trial<Values<S>>, value?: number): Promise<void> {
    const own = this.#own(trial);
    if (value !== undefined && typeof value !== 'number')
      throw wrongType('tell.value', value, 'a number');
    await this.#finish(own, outcomeOf(own, value));
  }

  /**
   * Keeps that a trial has failed.
   *
   * @param reason the reason, for its record, or an error whose message is it; 1000 characters are kept
   * @throws ThalwegError (as a rejection) as {@link Study.tell}
   */
  async fail(trial: Trial<Values<S>>, reason: string | Error): Promise<void> {
    await this.#finish(this.#own(trial), failureOf(reason));
  }

  #own(trial: unknown): RunningTrial {
    this.#checkOpen();
    const own = isInstance(trial, Trial) ? this.#running.get(trial.number) : undefined;
    if (own !== undefined && own === trial && !own.isTold) return own;
    throw new ThalwegError({
      code: isInstance(trial, Trial) ? 'DISPOSED' : 'TYPE',
      path: 'tell.trial',
      received: isInstance(trial, Trial) ? 'a trial that has ended' : describe(trial),
      expected: 'a running trial of this study',
    });
  }

  async #finish(trial: RunningTrial, outcome: Outcome): Promise<void> {
    trial.markTold(true);
    const isKept = await this.#store.finish(trial.number, outcome).catch((error: unknown) => {
      trial.markTold(false); // a full disk may have room later
      throw error;
    });
    this.#running.delete(trial.number);
    this.#wakeAll();
    if (isKept) return;
    throw new ThalwegError({
      code: 'LOCKED',
      path: `trial ${trial.number}`,
      received: 'a trial that another worker has taken',
      expected: 'a trial of this worker',
      remedy: 'raise leaseSeconds where objectives block for long',
    });
  }

  #wakeAll(): void {
    this.#results++;
    const waiting = this.#wake;
    this.#wake = [];
    for (const resolve of waiting) resolve();
  }

  /**
   * Hands a trial back without a result. Any worker may take it again.
   *
   * @internal
   */
  async release(trial: Trial<Values<S>>): Promise<void> {
    trial.leave('the search ends');
    this.#running.delete(trial.number);
    await this.#store.release(trial.number);
    this.#wakeAll();
  }

  /**
   * Reads what other workers have added to the store.
   *
   * @throws ThalwegError (as a rejection) of the store
   */
  async refresh(): Promise<void> {
    this.#checkOpen();
    await this.#store.refresh();
  }

  /**
   * Hands running trials back, and closes the store. The trials can still be read.
   *
   * @throws ThalwegError (as a rejection) NO_SPACE, MISSING or PERMISSION of the store
   */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#timer);
    try {
      for (const trial of this.#running.values()) {
        trial.leave('the study was closed');
        await this.#store.release(trial.number);
      }
    } finally {
      this.#wakeAll();
      await this.#journal.close();
    }
  }

  /** Closes the study; `await using` calls it. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
