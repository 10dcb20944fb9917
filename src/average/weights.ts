/** Averages of a model's weights along its run: plain descriptions, made while it trains. */
import { ThalwegError } from '../errors.js';
import type { NativeAverage } from '../native.js';
import { type Setting, checkSetting } from '../optim/define.js';
import { type Range, checkNumber, checkOneOf, checkOptions, describe } from '../options.js';
import type { TimeUnit } from '../schedule/position.js';
import type { Scheduled } from '../schedule/schedule.js';

/** Which of a trainer's weights: the latest, or their average. */
export type Weights = 'raw' | 'averaged';

/** Which weights; the raw ones unless told otherwise. */
export function checkWeights(path: string, weights: unknown): Weights {
  return checkOneOf(path, weights ?? 'raw', ['raw', 'averaged']);
}

/** Which weights count: those after `start`, `start` + `every`, `start` + 2 `every`, … */
export interface AveragePace {
  /** Steps (`unit`s) taken before the first weights that count, an integer, at least 1. Default 1. */
  readonly start?: number;
  /** Steps (`unit`s) from one to the next, an integer, at least 1. Default 1. */
  readonly every?: number;
  /**
   * What the two count, over all runs. An epoch's weights are those after its last step; where
   * `nonFinite: 'skip'` left that step out, the epoch does not count. Default `'step'`.
   */
  readonly unit?: TimeUnit;
}

/** Options of {@link ema}. */
export interface EmaOptions extends AveragePace {
  /** Share d of the average that is kept, in [0, 1]; may follow a schedule. Default 0.999. */
  readonly decay?: Scheduled;
  /**
   * At least 0, default 0. Above 1, the n-th weights are taken in with a decay of at most
   * n / (`warmup` + n − 1), so that the first ones are soon forgotten; TensorFlow's number is 10.
   */
  readonly warmup?: number;
}

/** Options of {@link running}. */
export interface RunningOptions extends AveragePace {
  /** Factor d of older weights, in [0, 1]; may follow a schedule. Default 0.995. */
  readonly decay?: Scheduled;
}

/** A plain, serialisable description of an average; made by {@link ema}, {@link swa}, … */
export interface WeightAverage extends Required<AveragePace> {
  /** Which average. */
  readonly kind: 'ema' | 'running' | 'swa' | 'polyak';
  /** Of `ema` and `running`. */
  readonly decay?: Scheduled;
  /** Of `ema`. */
  readonly warmup?: number;
}

const paceKeys = ['start', 'every', 'unit'];
const share: Range = { min: 0, max: 1 };
const whole: Range = { min: 1, integer: true };

function build(
  kind: WeightAverage['kind'],
  given: object | undefined,
  own: Readonly<Record<string, (path: string, value: unknown) => unknown>>,
): WeightAverage {
  const options = checkOptions(kind, given, [...Object.keys(own), ...paceKeys]);
  const checked = Object.entries(own).map(([key, check]) => [
    key,
    check(`${kind}.${key}`, options[key]),
  ]);
  const { start = 1, every = 1, unit = 'step' } = options;
  return Object.freeze({
    kind,
    ...(Object.fromEntries(checked) as object),
    start: checkNumber(`${kind}.start`, start, whole),
    every: checkNumber(`${kind}.every`, every, whole),
    unit: checkOneOf(`${kind}.unit`, unit, ['step', 'epoch'] as const),
  });
}

const decay =
  (fallback: number) =>
  (path: string, value: unknown): Scheduled =>
    checkSetting(path, value ?? fallback, share).value;

/**
 * Exponential moving average: a ← d·a + (1 − d)·w, from the first weights that count. Looks back
 * over about 1 / (1 − d) of them; evaluate with `weights: 'averaged'`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * const trainer = new Trainer({ ...options, average: average.ema({ decay: 0.999, warmup: 10 }) });
 */
export function ema(options: EmaOptions = {}): WeightAverage {
  return build('ema', options, {
    decay: decay(0.999),
    warmup: (path, value) => checkNumber(path, value ?? 0, { min: 0 }),
  });
}

/**
 * The running average that CS231n describes: an exponentially decaying sum of all weights so far,
 * w₁dᵗ⁻¹ + … + wₜ, divided by the sum of its factors. Unlike {@link ema} it does not favour the
 * first weights, so that it needs no warm-up.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function running(options: RunningOptions = {}): WeightAverage {
  return build('running', options, { decay: decay(0.995) });
}

/**
 * Stochastic weight averaging (Izmailov et al. 2018): the plain mean of the weights after `start`,
 * `start` + `every`, … With a constant rate, `every` is an epoch (`unit: 'epoch'`); with a cyclic
 * one it is the length of a cycle, so that each cycle's last and lowest rate ends in the mean.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * average.swa({ start: 15, unit: 'epoch' });
 */
export function swa(options: AveragePace = {}): WeightAverage {
  return build('swa', options, {});
}

/**
 * Polyak–Ruppert averaging (Polyak and Juditsky 1992): the plain mean of the weights after every
 * step from `start` on.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function polyak(options: { readonly start?: number } = {}): WeightAverage {
  return build('polyak', checkOptions('polyak', options, ['start']), {});
}

const kinds = { ema, running, swa, polyak };

/** The description as it should be: checked again, since it may come from a file; or TYPE. */
export function checkAverage(value: unknown): WeightAverage {
  const { kind, ...options } = (value ?? {}) as Partial<WeightAverage>;
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
    throw new ThalwegError({
      code: 'TYPE',
      path: 'average',
      received: describe(kind ?? value),
      expected: 'an average such as average.ema()',
    });
  if (kind !== 'polyak') return kinds[kind](options);
  const { every, unit, ...rest } = options;
  if (every === 1 && unit === 'step') return polyak(rest);
  return polyak(options); // what it never gives, it refuses
}

/** Numbers that an average counts in: kAverageScalars of native/train/average.h. */
export const averageScalars = 2;

/** The average for the addon, and its decay for the row of settings. */
export function lowerAverage(average: WeightAverage | undefined): {
  readonly native: NativeAverage;
  readonly decay: Setting;
} {
  const { kind = 'none', warmup = 0, start: first = 1, every = 1, unit } = average ?? {};
  const native = kind === 'swa' || kind === 'polyak' ? 'uniform' : kind;
  return {
    native: { kind: native, warmup, first, every, byEpoch: unit === 'epoch' },
    decay: { path: `${kind}.decay`, value: average?.decay ?? 0, range: share },
  };
}
