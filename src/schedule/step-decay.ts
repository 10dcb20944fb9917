/** Schedules that fall in stairs. */
import { borders, count, define, number, partAt, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link stepDecay}. */
export interface StepDecayOptions {
  /** The first value; finite, at least 0. */
  readonly initial: number;
  /** Multiplies the value at each stair; finite, at least 0. */
  readonly factor: number;
  /** The width of a stair in `unit`s, an integer, at least 1. */
  readonly every: number;
  /** The unit of `every`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule of `initial` · `factor`^⌊t / `every`⌋. */
export interface StepDecay extends Required<StepDecayOptions> {
  /** The kind of schedule. */
  readonly kind: 'stepDecay';
}

/**
 * Falls as `initial` · `factor`^⌊t / `every`⌋, with t in steps or epochs. Common choices are a factor of 0.5
 * every 5 epochs, or of 0.1 every 20 (CS231n, *Annealing the learning rate*).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 * @example
 * schedule.stepDecay({ initial: 0.1, factor: 0.5, every: 5, unit: 'epoch' });
 */
export const stepDecay = define<StepDecay, StepDecayOptions>({
  kind: 'stepDecay',
  fields: { initial: number(rate), factor: number(rate), every: number(count), unit },
  at: ({ initial, factor, every, unit }, position) =>
    initial * factor ** Math.floor(timeAt(position, unit) / every),
});

/** Options of {@link multiStep}. */
export interface MultiStepOptions {
  /** The first value; finite, at least 0. */
  readonly initial: number;
  /** Multiplies the value at each border; finite, at least 0. */
  readonly factor: number;
  /** Borders in `unit`s: rising integers, at least 1. */
  readonly at: readonly number[];
  /** The unit of `at`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule of `initial` · `factor`^(number of borders passed). */
export interface MultiStep extends Required<MultiStepOptions> {
  /** The kind of schedule. */
  readonly kind: 'multiStep';
}

/**
 * Starts at `initial` and is multiplied by `factor` at each border: `initial` · `factor`^|{b ∈ `at`: b ≤ t}|.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 * @example
 * schedule.multiStep({ initial: 0.1, factor: 0.1, at: [30, 60, 80], unit: 'epoch' });
 */
export const multiStep = define<MultiStep, MultiStepOptions>({
  kind: 'multiStep',
  fields: { initial: number(rate), factor: number(rate), at: borders(), unit },
  at: ({ initial, factor, at, unit }, position) =>
    initial * factor ** partAt(timeAt(position, unit), at),
});
