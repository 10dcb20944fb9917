/** Ends a run whose metric no longer improves, at its best weights. */
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
  /** What should improve. Default `'validation.loss'`. */
  readonly metric?: MetricPath;
  /** Whether smaller or larger is better. Default by name: losses and errors fall, the rest rises. */
  readonly mode?: 'fall' | 'rise';
  /** Epochs without gain that are waited for, an integer, at least 0. Default 5. */
  readonly patience?: number;
  /** The least gain that counts, absolute, at least 0. Default 0. */
  readonly minDelta?: number;
  /** Epochs at the beginning of the run that are not judged, an integer, at least 0. Default 0. */
  readonly warmup?: number;
  /** Whether the run ends with the weights of its best epoch. Default true. */
  readonly restoreBest?: boolean;
  /** Default `'earlyStopping'`. */
  readonly name?: string;
}

const keys = ['metric', 'mode', 'patience', 'minDelta', 'warmup', 'restoreBest', 'name'];

/** An {@link earlyStopping}, which tells what it has seen. */
export class EarlyStopping implements Callback {
  /** Its name in checkpoints. */
  readonly name: string;
  /** Its metric. */
  readonly requires: readonly [MetricPath];
  readonly #falls: boolean;
  readonly #patience: number;
  readonly #minDelta: number;
  readonly #warmup: number;
  readonly #restoreBest: boolean;
  #best: number | undefined;
  #bestEpoch: number | undefined;
  #waited = 0;
  /** The first epoch of the run. */
  #firstEpoch = 0;
  /** Whether the state is what a checkpoint had of the run that starts next. */
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

  /** The best value so far; undefined before the first. */
  get best(): number | undefined {
    return this.#best;
  }

  /** The epoch of the best value, from 0 over all runs. */
  get bestEpoch(): number | undefined {
    return this.#bestEpoch;
  }

  /** Begins anew, unless the run goes on from a checkpoint: what it saw of another run says nothing of this one. */
  start(event: StartEvent): void {
    this.#firstEpoch = event.firstEpoch;
    if (!this.#isRestored)
      [this.#best, this.#bestEpoch, this.#waited, this.#weights] = [undefined, undefined, 0, {}];
    this.#isRestored = false;
  }

  /** The run goes on from what was restored. */
  rollback(): void {
    this.#isRestored = false;
  }

  /** Judges an epoch. */
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

  /** Goes back to the best weights, unless an abort ended the run, which may then go on later. */
  end(event: { readonly reason: string }, run: RunControl): void {
    if (event.reason === 'aborted' || Object.keys(this.#weights).length === 0) return;
    const last = run.history.at(-1);
    const isPresent = last?.epoch === this.#bestEpoch && this.#measuredIn(last!) === 'raw';
    if (!isPresent) run.setWeights(this.#weights);
  }

  /** What it has seen. */
  state(): Json {
    return { best: this.#best ?? null, bestEpoch: this.#bestEpoch ?? null, waited: this.#waited };
  }

  /** The best weights. */
  arrays(): Readonly<Record<string, Float32Array>> {
    return this.#weights;
  }

  /** Goes back to a state. */
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
   * Also whether it goes on from a state.
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
   * A run that failed before it began leaves nothing to the next one.
   *
   * @internal
   */
  [release](): void {
    this.#isRestored = false;
  }

  /** Which weights the metric is of. */
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
 * in a row, and gives the trainer the weights of the best epoch at the end (Prechelt 1998); also where
 * the run completes after its best. The optimizer's state stays that of the last step. NaN and
 * infinities are no improvement. Each run begins anew, also of another trainer or on other data; one that
 * is resumed goes on from its best.
 *
 * Where the validation measures averaged weights, these are what the best epoch is known by: the
 * trainer gets them as its own, raw, weights at the end. Its average stays that of the last step.
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
