/** Plain descriptions of averages of a model's weights, which the trainer computes while it trains. */
import type { NativeAverage } from '../native.js';
import { type Setting, checkSetting } from '../optim/define.js';
import { type Range, checkNumber, checkOneOf, checkOptions, wrongType } from '../options.js';
import { propertyOf } from '../values.js';
import type { TimeUnit } from '../schedule/position.js';
import type { Scheduled } from '../schedule/schedule.js';

/** Selects a trainer's weights: `'raw'` is the latest ones, `'averaged'` their average. */
export type Weights = 'raw' | 'averaged';

/** Returns the checked option, by default `'raw'`. */
export function checkWeights(path: string, weights: unknown): Weights {
  return checkOneOf(path, weights ?? 'raw', ['raw', 'averaged']);
}

/** The pace of an average: the weights after `start`, `start` + `every`, … enter it. */
export interface AveragePace {
  /** The steps (or epochs) before the first weights that enter, an integer, at least 1. Default 1. */
  readonly start?: number;
  /** The steps (or epochs) between weights that enter, an integer, at least 1. Default 1. */
  readonly every?: number;
  /**
   * The unit of `start` and `every`, which count over all runs. An epoch's weights are those after
   * its last step. Where `nonFinite: 'skip'` leaves out that step, the epoch does not count. Default
   * `'step'`.
   */
  readonly unit?: TimeUnit;
}

/** Options of {@link ema}. */
export interface EmaOptions extends AveragePace {
  /** The share d of the average that is kept, in [0, 1]; may follow a schedule. Default 0.999. */
  readonly decay?: Scheduled;
  /**
   * At least 0, default 0. Above 1, the n-th weights enter with a decay of at most
   * n / (`warmup` + n − 1), so that the first ones are soon forgotten. TensorFlow uses 10.
   */
  readonly warmup?: number;
}

/** Options of {@link running}. */
export interface RunningOptions extends AveragePace {
  /** The factor d of older weights, in [0, 1]; may follow a schedule. Default 0.995. */
  readonly decay?: Scheduled;
}

/** A plain, serialisable description of an average; made by {@link ema}, {@link swa}, … */
export interface WeightAverage extends Required<AveragePace> {
  /** The function that made the description. */
  readonly kind: 'ema' | 'running' | 'swa' | 'polyak';
  /** The decay; present for `ema` and `running`. */
  readonly decay?: Scheduled;
  /** The warm-up; present for `ema`. */
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
 * Describes an exponential moving average: a ← d·a + (1 − d)·w, which starts at the first weights
 * that enter. It looks back over about 1 / (1 − d) of them. `evaluate` measures it with
 * `weights: 'averaged'`.
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
 * Describes the running average of CS231n: an exponentially decaying sum of all weights so far,
 * w₁dᵗ⁻¹ + … + wₜ, divided by the sum of its factors. Unlike {@link ema}, it does not favour the
 * first weights, so it needs no warm-up.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function running(options: RunningOptions = {}): WeightAverage {
  return build('running', options, { decay: decay(0.995) });
}

/**
 * Describes stochastic weight averaging (Izmailov et al. 2018). It is the plain mean of the weights
 * after `start`, `start` + `every` and so on. With a constant learning rate, `every` is usually one
 * epoch (`unit: 'epoch'`). With a cyclic rate, `every` is the length of a cycle, so that the weights
 * at the end of each cycle, where the rate is lowest, enter the mean.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * average.swa({ start: 15, unit: 'epoch' });
 */
export function swa(options: AveragePace = {}): WeightAverage {
  return build('swa', options, {});
}

/**
 * Describes Polyak–Ruppert averaging (Polyak and Juditsky 1992): the plain mean of the weights after
 * every step from `start` on. `start` is an integer, at least 1, default 1.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function polyak(options: { readonly start?: number } = {}): WeightAverage {
  return build('polyak', checkOptions('polyak', options, ['start']), {});
}

const kinds = { ema, running, swa, polyak };

/** Returns the description, checked again because it may come from a file; throws TYPE and others. */
export function checkAverage(value: unknown): WeightAverage {
  const kind = propertyOf(value, 'kind');
  if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
    throw wrongType('average', kind ?? value, 'an average such as average.ema()');
  const { kind: known, ...options } = value as WeightAverage;
  if (known !== 'polyak') return kinds[known](options);
  const { every, unit, ...rest } = options;
  if (every === 1 && unit === 'step') return polyak(rest);
  return polyak(options); // throws, because `polyak` takes neither key
}

/** The number of scalars in a native average's state: `kAverageScalars` in native/train/step/average.h. */
export const averageScalars = 2;

/** Returns the average as the addon takes it, and its decay as a setting of the optimizer's row. */
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
