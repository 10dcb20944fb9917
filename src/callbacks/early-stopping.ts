/** Ends a run whose metric no longer improves, and restores the weights of its best epoch. */
import type { Weights } from '../average/weights.js';
import {
  type MetricPath,
  checkMetricPath,
  isFalling,
  readMetric,
  splitMetricPath,
} from '../metrics/path.js';
import { checkBoolean, checkNumber, checkOneOf, checkOptions } from '../options.js';
import type { Callback, Json, RunControl } from '../run/callback.js';
import type { EpochEvent, StartEvent } from '../run/events.js';
import type { EpochRecord } from '../run/history.js';
import { checkName, checkState } from './check.js';
import { release, remember } from '../run/restore.js';

/** Options of {@link earlyStopping}. */
export interface EarlyStoppingOptions {
  /** The metric that should improve. Default `'validation.loss'`. */
  readonly metric?: MetricPath;
  /**
   * The direction of an improvement. The default follows from the metric's name: losses and errors
   * fall, all others rise.
   */
  readonly mode?: 'fall' | 'rise';
  /** The epochs in a row that the run may have without a gain, an integer, at least 0. Default 5. */
  readonly patience?: number;
  /** A gain counts where it is larger than this absolute difference, at least 0. Default 0. */
  readonly minDelta?: number;
  /** The first epochs of the run, which are not judged, an integer, at least 0. Default 0. */
  readonly warmup?: number;
  /** True ends the run with the weights of its best epoch. Default true. */
  readonly restoreBest?: boolean;
  /** The callback's name in checkpoints. Default `'earlyStopping'`. */
  readonly name?: string;
}

const keys = ['metric', 'mode', 'patience', 'minDelta', 'warmup', 'restoreBest', 'name'];

/** The callback that {@link earlyStopping} makes; it tells the best value and epoch. */
export class EarlyStopping implements Callback {
  /** The callback's name in checkpoints. */
  readonly name: string;
  /** The metric that it judges. */
  readonly requires: readonly [MetricPath];
  readonly #falls: boolean;
  readonly #patience: number;
  readonly #minDelta: number;
  readonly #warmup: number;
  readonly #restoreBest: boolean;
  #best: number | undefined;
  #bestEpoch: number | undefined;
  #waited = 0;
  #firstEpoch = 0;
  /** True where a checkpoint's state was put back for the run that starts next. */
  #isRestored = false;
  #weights: Readonly<Record<string, Float32Array>> = {};

  /**
   * Use {@link earlyStopping}.
   *
   * @internal
   */
  constructor(options: EarlyStoppingOptions = {}) {
    const path = 'earlyStopping';
    checkOptions(path, options, keys);
    const metric = checkMetricPath(`${path}.metric`, options.metric ?? 'validation.loss');
    const mode = options.mode ?? (isFalling(metric) ? 'fall' : 'rise');
    const whole = { min: 0, integer: true };
    this.name = checkName(`${path}.name`, options.name ?? path);
    this.requires = [metric];
    this.#falls = checkOneOf(`${path}.mode`, mode, ['fall', 'rise']) === 'fall';
    this.#patience = checkNumber(`${path}.patience`, options.patience ?? 5, whole);
    this.#minDelta = checkNumber(`${path}.minDelta`, options.minDelta ?? 0, { min: 0 });
    this.#warmup = checkNumber(`${path}.warmup`, options.warmup ?? 0, whole);
    this.#restoreBest = checkBoolean(`${path}.restoreBest`, options.restoreBest ?? true);
  }

  /** The best value so far; undefined before the first finite one. */
  get best(): number | undefined {
    return this.#best;
  }

  /** The epoch of the best value, counted from 0 over all runs; undefined before the first. */
  get bestEpoch(): number | undefined {
    return this.#bestEpoch;
  }

  /** Begins anew unless the run resumes a checkpoint, because values of another run do not compare. */
  start(event: StartEvent): void {
    this.#firstEpoch = event.firstEpoch;
    if (!this.#isRestored)
      [this.#best, this.#bestEpoch, this.#waited, this.#weights] = [undefined, undefined, 0, {}];
    this.#isRestored = false;
  }

  /** Keeps the restored state for the run that went back; the next run begins anew. */
  rollback(): void {
    this.#isRestored = false;
  }

  /** Judges an epoch, and stops the run after too many epochs without a gain. */
  epoch(event: EpochEvent, run: RunControl): void {
    if (event.epoch - this.#firstEpoch < this.#warmup) return;
    const [metric] = this.requires;
    const value = readMetric(event, metric) ?? NaN;
    if (this.#isBetter(value)) {
      [this.#best, this.#bestEpoch, this.#waited] = [value, event.epoch, 0];
      if (this.#restoreBest) this.#weights = run.weights(this.#measuredIn(event));
      return;
    }
    this.#waited++;
    if (this.#waited <= this.#patience) return;
    const since =
      this.#best === undefined
        ? 'was never finite'
        : `has not improved on ${this.#best.toPrecision(6)} since epoch ${this.#bestEpoch!} (from 0)`;
    run.stop(`${this.name}: ${metric} ${since}`);
  }

  /** Restores the best weights, except after an abort, because the aborted run may be resumed. */
  end(event: { readonly reason: string }, run: RunControl): void {
    if (event.reason === 'aborted' || Object.keys(this.#weights).length === 0) return;
    const last = run.history.at(-1);
    const isPresent = last?.epoch === this.#bestEpoch && this.#measuredIn(last!) === 'raw';
    if (!isPresent) run.setWeights(this.#weights);
  }

  /** Returns the best value, its epoch, and the number of epochs since. */
  state(): Json {
    return { best: this.#best ?? null, bestEpoch: this.#bestEpoch ?? null, waited: this.#waited };
  }

  /** Returns the best weights. */
  arrays(): Readonly<Record<string, Float32Array>> {
    return this.#weights;
  }

  /** Puts back a state that a checkpoint kept. */
  restore(state: Json, arrays: Readonly<Record<string, Float32Array>>): void {
    const path = `callbacks.${this.name}`;
    const { best, bestEpoch, waited } = checkState(path, state, ['best', 'bestEpoch', 'waited']);
    const numberOf = (value: Json, key: string, range = {}): number | undefined =>
      value === null ? undefined : checkNumber(`${path}.${key}`, value, range);
    [this.#best, this.#bestEpoch, this.#waited, this.#weights] = [
      numberOf(best, 'best'),
      numberOf(bestEpoch, 'bestEpoch', { min: 0, integer: true }),
      checkNumber(`${path}.waited`, waited, { min: 0, integer: true }),
      arrays,
    ];
    this.#isRestored = true;
  }

  /**
   * Remembers `#isRestored` too, which `state` leaves out.
   *
   * @internal
   */
  [remember](): () => void {
    const [best, bestEpoch, waited] = [this.#best, this.#bestEpoch, this.#waited];
    const [weights, isRestored] = [this.#weights, this.#isRestored];
    return () => {
      [this.#best, this.#bestEpoch, this.#waited] = [best, bestEpoch, waited];
      [this.#weights, this.#isRestored] = [weights, isRestored];
    };
  }

  /**
   * Forgets that a state was restored. A run that failed before its start must not pass the state on to
   * the next run.
   *
   * @internal
   */
  [release](): void {
    this.#isRestored = false;
  }

  /** Returns the weights that the metric was measured with. */
  #measuredIn({ validation }: EpochRecord): Weights {
    return splitMetricPath(this.requires[0]).ofValidation ? (validation?.weights ?? 'raw') : 'raw';
  }

  #isBetter(value: number): boolean {
    if (!Number.isFinite(value)) return false;
    if (this.#best === undefined) return true;
    const gain = this.#falls ? this.#best - value : value - this.#best;
    return gain > this.#minDelta;
  }
}

/**
 * Stops a run when `metric` has not improved by more than `minDelta` for more than `patience` epochs
 * in a row (Prechelt 1998). At the end, also of a run that completes, the trainer gets the weights of
 * the best epoch. The optimizer's state stays that of the last step. NaN and infinities are no
 * improvement. Each run begins anew, and a resumed run goes on from its best value.
 *
 * Where the validation measures averaged weights, the averaged weights of the best epoch are kept.
 * The trainer gets them as its raw weights at the end. Its average stays that of the last step.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * const stopping = callbacks.earlyStopping({ patience: 3 });
 * await trainer.fit(train, { epochs: 100, validation, callbacks: [stopping] });
 * console.log(stopping.bestEpoch, stopping.best);
 */
export function earlyStopping(options: EarlyStoppingOptions = {}): EarlyStopping {
  return new EarlyStopping(options);
}
