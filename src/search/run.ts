/** Runs a whole search. */
import { ThalwegError } from '../errors.js';
import { checkNumber, describe, wrongType } from '../options.js';
import { onAbort } from '../abort.js';
import { isInstance, propertyOf } from '../values.js';
import { openStudy } from './open.js';
import { noResult } from './outcome.js';
import type { Space, Values } from './space.js';
import { type StudyOptions, checkStudy } from './study-options.js';
import type { Study } from './study.js';
import { type Trial, TrialStopped } from './trial.js';
import type { TrialRecord } from './trial-record.js';

/** The value of an objective; nothing where the last reported value is the result. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- a function without return has this type
type ObjectiveResult = number | undefined | void;

/** Options of {@link run}. */
export interface RunOptions<S extends Space = Space> extends StudyOptions<S> {
  /**
   * Computes the value of a trial, or a promise of it. Where it returns nothing, the last reported value counts.
   */
  readonly objective: (trial: Trial<Values<S>>) => ObjectiveResult | Promise<ObjectiveResult>;
  /** The number of trials that run at once in this process, an integer from 1 to 1024. Default 1. */
  readonly concurrency?: number;
  /**
   * `'throw'` ends the search where an objective throws or returns no number; `'continue'` keeps the trial as failed, and goes on.
   * A loss that is not finite (NONFINITE) never ends the search. Default `'throw'`.
   */
  readonly onError?: 'throw' | 'continue';
  /**
   * Ends the search early; running trials are handed back to the store. It ends after the running objectives
   * have returned, which should look at `trial.stop` or pass `trial.signal` on.
   */
  readonly signal?: AbortSignal;
  /**
   * Called with the record of each trial that ends in this process. A promise is awaited; an error ends the
   * search.
   */
  readonly onTrial?: (record: TrialRecord<Values<S>>) => unknown;
}

const runKeys = ['objective', 'concurrency', 'onError', 'signal', 'onTrial'];

function checkRun(path: string, options: unknown): void {
  const { objective, concurrency, onError, signal, onTrial } = options as Record<string, unknown>;
  if (typeof objective !== 'function')
    throw wrongType(`${path}.objective`, objective, 'a function of a trial');
  const range = { min: 1, max: 1024, integer: true };
  if (concurrency !== undefined) checkNumber(`${path}.concurrency`, concurrency, range);
  if (onError !== undefined && onError !== 'throw' && onError !== 'continue')
    throw wrongType(`${path}.onError`, onError, "'throw' or 'continue'");
  if (signal !== undefined && !isInstance(signal, AbortSignal))
    throw wrongType(`${path}.signal`, signal, 'an AbortSignal');
  if (onTrial !== undefined && typeof onTrial !== 'function')
    throw wrongType(`${path}.onTrial`, onTrial, 'a function of a record');
}

/** Returns what an objective returned; throws TYPE where it is no result. */
function checkResult(
  trial: { readonly reported: { readonly last: number | undefined }; readonly isLeft: boolean },
  value: unknown,
): number | undefined {
  if (value !== undefined && typeof value !== 'number')
    throw wrongType('objective', value, 'a number, or a promise of one');
  if (value === undefined && trial.reported.last === undefined && !trial.isLeft) throw noResult();
  return value;
}

/** Returns the message of anything that was thrown. */
function messageOf(error: unknown): string {
  const message = propertyOf(error, 'message');
  return typeof message === 'string' ? message.slice(0, 1000) : describe(error);
}

/** The workers of one process. */
class Runner<S extends Space> {
  readonly #study: Study<S>;
  readonly #options: RunOptions<S>;
  readonly #trials = new Set<Trial<Values<S>>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(study: Study<S>, options: RunOptions<S>) {
    [this.#study, this.#options] = [study, options];
  }

  /** Runs trials until there is none, the signal is aborted or one fails. */
  async run(): Promise<void> {
    const { concurrency = 1, signal } = this.#options;
    const forget = onAbort(signal, () => {
      this.#leaveAll();
    });
    try {
      await Promise.all(Array.from({ length: concurrency }, async () => this.#work()));
    } finally {
      forget();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  #leaveAll(): void {
    for (const trial of this.#trials) trial.leave('the search ends');
  }

  #isEnding(): boolean {
    return this.#failure !== undefined || (this.#options.signal?.aborted ?? false);
  }

  async #work(): Promise<void> {
    try {
      while (!this.#isEnding()) {
        const trial = await this.#study.next(() => this.#isEnding());
        if (trial === undefined) return;
        this.#trials.add(trial);
        if (this.#isEnding()) trial.leave('the search ends');
        await this.#runTrial(trial);
        this.#trials.delete(trial);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#leaveAll();
  }

  async #runTrial(trial: Trial<Values<S>>): Promise<void> {
    let thrown: { readonly error: unknown } | undefined;
    let value: number | undefined;
    try {
      if (!trial.isLeft) value = checkResult(trial, await this.#options.objective(trial));
    } catch (error) {
      thrown = { error };
    }
    if (trial.isLeft) return this.#study.release(trial);
    if (thrown === undefined) await this.#study.tell(trial, value).catch(warnOfLost);
    else await this.#tellError(trial, thrown.error);
    await this.#options.onTrial?.(this.#study.trials[trial.number]!);
  }

  async #tellError(trial: Trial<Values<S>>, error: unknown): Promise<void> {
    if (trial.verdict !== undefined && isStop(error))
      return this.#study.tell(trial).catch(warnOfLost);
    await this.#study.fail(trial, messageOf(error)).catch(warnOfLost);
    const isNonFinite = isInstance(error, ThalwegError) && error.code === 'NONFINITE';
    if (!isNonFinite && this.#options.onError !== 'continue') this.#fail(error);
  }
}

/** Returns true for the errors with which an objective, or work that has its signal, obeys a stop. */
function isStop(error: unknown): boolean {
  return (
    isInstance(error, TrialStopped) ||
    propertyOf(error, 'name') === 'AbortError' ||
    propertyOf(error, 'code') === 'ABORTED'
  );
}

/** Warns of a trial that another worker took meanwhile: its result comes from there. */
function warnOfLost(error: unknown): void {
  if (!isInstance(error, ThalwegError) || error.code !== 'LOCKED') throw error;
  process.emitWarning(`a result is dropped: ${error.message}`, 'ThalwegWarning');
}

/**
 * Searches for the values with the best objective. It runs trials until the study has `trials` of them, its
 * budget is used up, or the signal is aborted. A study whose store exists goes on: complete trials stay, and
 * those that a killed process left are run again, with the same values and seed.
 *
 * @returns the study, closed, with its trials
 * @throws ThalwegError (as a rejection) as {@link study}; what the objective throws, unless `onError` is
 * `'continue'`; and what `onTrial` throws
 * @example
 * const study = await search.run({
 *   space: { learningRate: search.logUniform(1e-6, 10) },
 *   trials: 20,
 *   seed: 1,
 *   objective: async ({ values, seed }) => {
 *     const optimizer = optim.adam({ learningRate: values.learningRate });
 *     using trainer = new Trainer({ ...options, optimizer, seed });
 *     await trainer.fit(train, { epochs: 1 });
 *     return (await trainer.evaluate(validation)).loss;
 *   },
 * });
 * console.log(study.best?.values, study.report());
 */
export async function run<const S extends Space>(options: RunOptions<S>): Promise<Study<S>> {
  const checked = checkStudy('run', options, runKeys);
  checkRun('run', options);
  const study = await openStudy<S>(checked);
  try {
    await new Runner(study, options).run();
  } finally {
    await study.close();
  }
  return study;
}
