/** Schedules that rise and fall, once over a run or in cycles. */
import { blend, choice, cosineFall, count, define, flag, number, rate, unit } from './define.js';
import { type TimeUnit, timeAt } from './position.js';

/** Options of {@link oneCycle}. */
export interface OneCycleOptions {
  /** The value between rise and fall; finite, at least 0. */
  readonly peak: number;
  /** The number of `unit`s of the whole cycle, an integer, at least 1. */
  readonly steps: number;
  /** The first value; finite, at least 0. Default `peak` / 25. */
  readonly initial?: number;
  /** The value from step `steps` − 1 on; finite, at least 0. Default `initial` / 10⁴. */
  readonly final?: number;
  /** The share of the steps in which the value rises, in (0, 1), with three phases in (0, 0.5]. Default 0.3. */
  readonly rise?: number;
  /** The shape of rise and fall. Default `'cosine'`. */
  readonly shape?: 'cosine' | 'linear';
  /** True falls to `initial` as fast as the value rose, then to `final`; false falls to `final`. Default false. */
  readonly threePhase?: boolean;
  /** The unit of `steps`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule that rises from `initial` to `peak` and falls to `final`. */
export interface OneCycle extends Required<OneCycleOptions> {
  /** The kind of schedule. */
  readonly kind: 'oneCycle';
}

/** Returns the time and the value at the end of each phase. */
function phases({ peak, steps, initial, final, rise, threePhase }: OneCycle): [number, number][] {
  const top = rise * steps - 1;
  const end: [number, number] = [steps - 1, final];
  return threePhase ? [[top, peak], [2 * top, initial], end] : [[top, peak], end];
}

function oneCycleAt(value: OneCycle, t: number): number {
  let [from, start] = [value.initial, 0];
  for (const [end, to] of phases(value)) {
    if (t <= end) {
      const share = end > start ? (t - start) / (end - start) : 1;
      return blend(from, to, value.shape === 'cosine' ? cosineFall(share) : 1 - share);
    }
    [from, start] = [to, end];
  }
  return value.final;
}

/**
 * The 1cycle policy (Smith and Topin 2018) with PyTorch's phases. It rises from `initial` to `peak`, which it
 * reaches at t = `rise` · `steps` − 1, and falls to `final`, which it reaches at t = `steps` − 1. For a
 * momentum, which moves the other way, give a `peak` below `initial` and `final`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 * @example
 * schedule.oneCycle({ peak: 0.1, steps: epochs * stepsPerEpoch });
 */
export const oneCycle = define<OneCycle, OneCycleOptions>({
  kind: 'oneCycle',
  fields: {
    peak: number(rate),
    steps: number(count),
    initial: number(rate, ({ peak }) => peak / 25),
    final: number(rate, ({ initial }) => initial / 1e4),
    threePhase: flag(false),
    rise: number(
      ({ threePhase }) =>
        threePhase
          ? { min: 0, max: 0.5, openMin: true }
          : { min: 0, max: 1, openMin: true, openMax: true },
      0.3,
    ),
    shape: choice(['cosine', 'linear'], 'cosine'),
    unit,
  },
  at: (value, position) => oneCycleAt(value, timeAt(position, value.unit)),
});

/** Options of {@link cyclic}. */
export interface CyclicOptions {
  /** The lower end of each cycle; finite, at least 0. */
  readonly low: number;
  /** The upper end of the first cycle; finite, at least `low`. */
  readonly high: number;
  /** The number of `unit`s of each rise, an integer, at least 1. */
  readonly rise: number;
  /** The number of `unit`s of each fall, an integer, at least 1. Default `rise`. */
  readonly fall?: number;
  /** Multiplies the height after each cycle, in [0, 1]. Default 1; 0.5 gives the paper's *triangular2*. */
  readonly cycleFactor?: number;
  /** Multiplies the height after each `unit`, in [0, 1]. Default 1; less gives the paper's *exp_range*. */
  readonly stepFactor?: number;
  /** The unit of `rise` and `fall`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule of triangles between `low` and `high`. */
export interface Cyclic extends Required<CyclicOptions> {
  /** The kind of schedule. */
  readonly kind: 'cyclic';
}

/**
 * Cyclical rates (Smith 2017): `low` + (`high` − `low`) · `cycleFactor`^c · `stepFactor`^t · h, where
 * c is the number of finished cycles, and h rises from 0 to 1 over `rise` and falls back over `fall`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const cyclic = define<Cyclic, CyclicOptions>({
  kind: 'cyclic',
  fields: {
    low: number(rate),
    high: number(({ low }) => ({ min: low })),
    rise: number(count),
    fall: number(count, ({ rise }) => rise),
    cycleFactor: number({ min: 0, max: 1 }, 1),
    stepFactor: number({ min: 0, max: 1 }, 1),
    unit,
  },
  at: ({ low, high, rise, fall, cycleFactor, stepFactor, unit }, position) => {
    const t = timeAt(position, unit);
    const within = t % (rise + fall);
    const cycle = Math.floor(t / (rise + fall));
    const height = within <= rise ? within / rise : (rise + fall - within) / fall;
    return blend(high, low, cycleFactor ** cycle * stepFactor ** t * height);
  },
});
