/** A trial that runs: its values, and how it reports and stops. */
import { ThalwegError } from '../errors.js';
import { type MetricPath, checkMetricPath, readMetric } from '../metrics/path.js';
import { checkNumber, wrongType } from '../options.js';
import type { Callback } from '../run/callback.js';
import { ReportHistory } from './history.js';
import type { Verdict } from './rules/rule.js';
import type { Report } from './trial-record.js';

/** The error by which {@link Trial.throwIfStopped} leaves an objective. */
export class TrialStopped extends Error {
  /** Always `'TrialStopped'`. */
  override readonly name = 'TrialStopped';
}

/** The part of a study that a trial uses. */
interface TrialOwner {
  /** True where greater values are better. */
  readonly maximize: boolean;
  /** Keeps a report, and returns why the trial stops, if it does. */
  report(number: number, report: Report, history: ReportHistory): Verdict | undefined;
}

/** The parts of a trial that its study gives it. */
interface TrialParts<V> {
  readonly number: number;
  readonly values: V;
  readonly seed: number;
  readonly stage: number | undefined;
  readonly epochs: number | undefined;
}

/** A trial that runs; V is the type of its values. */
export class Trial<V = Readonly<Record<string, unknown>>> {
  /** The number of the trial, from 0. */
  readonly number: number;
  /** The values of its parameters, by name. */
  readonly values: V;
  /** A seed for its trainer, an integer in [0, 2^53): a hash of the study's seed and the trial's number. */
  readonly seed: number;
  /** The stage, from 0; undefined without stages. */
  readonly stage: number | undefined;
  /** The epochs that its stage gives it; undefined without stages. */
  readonly epochs: number | undefined;
  readonly #owner: TrialOwner;
  readonly #controller = new AbortController();
  readonly #history: ReportHistory;
  #verdict: Verdict | undefined;
  #state: 'running' | 'left' | 'told' = 'running';

  /**
   * Use {@link Study.ask} or {@link run}.
   *
   * @internal
   */
  constructor(parts: TrialParts<V>, owner: TrialOwner) {
    this.number = parts.number;
    this.values = parts.values;
    this.seed = parts.seed;
    this.stage = parts.stage;
    this.epochs = parts.epochs;
    this.#owner = owner;
    this.#history = new ReportHistory(owner.maximize);
  }

  /** True where a rule has stopped the trial, or the search ends; the objective should then return. */
  get stop(): boolean {
    return this.#verdict !== undefined || this.#state === 'left';
  }

  /** The reason why a rule has stopped the trial; undefined before. */
  get stopReason(): string | undefined {
    return this.#verdict?.reason;
  }

  /**
   * A signal that is aborted where `stop` becomes true, for `fit` and other work that takes one. The error with
   * which such work then ends (AbortError, or ABORTED) may leave the objective: the trial counts as stopped.
   */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The reported values, by rising epoch. */
  get history(): readonly Report[] {
    return [...this.#history.reports];
  }

  /**
   * Reports the value of the objective after an epoch, and lets the rules decide. A value at an epoch that was
   * reported before takes its place.
   *
   * @param epoch an integer, at least 0
   * @param value any number; NaN and infinities count as the worst
   * @throws ThalwegError TYPE, also where a rule returns no verdict; RANGE; DISPOSED after the trial has ended
   */
  report(epoch: number, value: number): void {
    checkNumber('trial.epoch', epoch, { min: 0, max: 2 ** 40, integer: true });
    if (typeof value !== 'number') throw wrongType('trial.value', value, 'a number');
    if (this.#state === 'told')
      throw new ThalwegError({
        code: 'DISPOSED',
        path: 'trial',
        received: 'a report of a trial that has ended',
        expected: 'a trial that runs',
      });
    if (this.#state === 'left') return;
    const report = { epoch, value };
    this.#history.add(report);
    const verdict = this.#owner.report(this.number, report, this.#history);
    if (verdict === undefined || this.#verdict !== undefined) return;
    this.#verdict = verdict;
    this.#controller.abort(new TrialStopped(verdict.reason));
  }

  /**
   * Throws where `stop` is true. The study knows the error, and counts the trial as pruned.
   *
   * @throws TrialStopped
   */
  throwIfStopped(): void {
    if (this.stop) throw new TrialStopped(this.stopReason ?? 'the search ends');
  }

  /**
   * Makes a callback for `fit` that reports a metric of each epoch, and ends the run where the trial stops.
   *
   * @param metric such as `'validation.loss'`
   * @throws ThalwegError TYPE, RANGE
   * @example
   * const watched = { epochs: 5, validation, callbacks: [trial.watch('validation.loss')] };
   */
  watch(metric: MetricPath): Callback {
    const path = checkMetricPath('watch.metric', metric);
    return {
      name: 'trial',
      requires: [path],
      epoch: (event, run) => {
        this.report(event.epoch, readMetric(event, path) ?? NaN);
        if (this.stop) run.stop(this.stopReason ?? 'the search ends');
      },
    };
  }

  /**
   * The last and the best reported value; undefined before the first report.
   *
   * @internal
   */
  get reported(): { readonly last: number | undefined; readonly best: number | undefined } {
    return { last: this.#history.reports.at(-1)?.value, best: this.#history.best };
  }

  /**
   * The decision of a rule, if any.
   *
   * @internal
   */
  get verdict(): Verdict | undefined {
    return this.#verdict;
  }

  /**
   * True where the trial is no longer this study's.
   *
   * @internal
   */
  get isLeft(): boolean {
    return this.#state === 'left';
  }

  /**
   * Ends the trial without a result, because the search ends or another worker has it.
   *
   * @internal
   */
  leave(reason: string): void {
    if (this.#state !== 'running') return;
    this.#state = 'left';
    this.#controller.abort(new TrialStopped(reason));
  }

  /**
   * True from the time at which its result is given to the study.
   *
   * @internal
   */
  get isTold(): boolean {
    return this.#state === 'told';
  }

  /**
   * Marks the trial as ended, or as running again where its result could not be kept.
   *
   * @internal
   */
  markTold(isTold: boolean): void {
    this.#state = isTold ? 'told' : 'running';
  }
}
