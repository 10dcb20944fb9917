/** The names and values of the metrics that `evaluate` and `fit` measure in native code. */
import { checkNumber, checkOneOf, checkOptions } from '../options.js';
import type { ClassScores, ScoreAverage } from './confusion-matrix.js';

/** The value of a metric: a number, a table of counts, or the scores of each class. */
export type MetricValue = number | readonly (readonly number[])[] | readonly ClassScores[];

/** The metrics without options, and the value of each. */
export interface MetricValues {
  /** The share of rows whose predicted class is the label, in [0, 1]. */
  readonly accuracy: number;
  /** The mean over classes of TP / (TP + FP). */
  readonly precision: number;
  /** The mean over classes of TP / (TP + FN). */
  readonly recall: number;
  /** The mean over classes of 2 TP / (2 TP + FP + FN). */
  readonly f1: number;
  /** The precision, recall, F1 and support of each class. */
  readonly perClass: readonly ClassScores[];
  /** The counts of rows, [actual][predicted]. */
  readonly confusionMatrix: readonly (readonly number[])[];
  /**
   * The area under the ROC curve. With more than two classes, it is the mean of the areas of each class
   * against the rest, by the class's probability. With several sigmoid outputs, it is the mean over the
   * outputs.
   */
  readonly rocAuc: number;
  /** The mean of |y − label| over all outputs. */
  readonly mae: number;
  /** The mean of (y − label)² over all outputs. */
  readonly mse: number;
  /** The root of the mean of (y − label)² of each output, averaged over outputs. */
  readonly rmse: number;
  /** 1 − Σ (y − label)² / Σ (label − mean)² of each output, averaged over outputs. */
  readonly r2: number;
}

/** The name of a metric without options. */
export type MetricName = keyof MetricValues;

/** A metric with options; {@link topK}, {@link f1}, {@link precision} and {@link recall} make one. */
export interface MetricRequest<Name extends string = string> {
  /** The function that made the request. */
  readonly kind: 'topK' | 'precision' | 'recall' | 'f1';
  /** The metric's name in results. */
  readonly name: Name;
  /** The number of largest outputs that count; present for `topK`. */
  readonly k?: number;
  /** The way to combine the classes' scores; present for all but `topK`. */
  readonly average?: ScoreAverage;
}

/** An element of option `metrics` of `evaluate` and `fit`: a name or a {@link MetricRequest}. */
export type Metric = MetricName | MetricRequest;

/** The name of a metric in results. */
export type MetricNameOf<M> = M extends MetricName
  ? M
  : M extends MetricRequest<infer Name>
    ? Name
    : never;
/** The type of a metric's value. */
export type MetricValueOf<M> = M extends MetricName ? MetricValues[M] : number;

/** The values of a list of metrics, by name. */
export type Measured<M extends readonly Metric[]> = {
  readonly [Each in M[number] as MetricNameOf<Each>]: MetricValueOf<Each>;
};

/**
 * Requests the share of rows whose label is among the k largest outputs. Results name it `top5` for
 * k = 5, and so on. Among equal outputs, the lower class ranks first.
 *
 * @param k an integer, at least 1
 * @throws ThalwegError RANGE, TYPE
 */
export function topK<K extends number>(k: K): MetricRequest<`top${K}`> {
  checkNumber('topK.k', k, { min: 1, integer: true });
  return Object.freeze({ kind: 'topK', name: `top${k}` as const, k });
}

const averages = ['macro', 'micro', 'weighted'] as const;

type Score = 'precision' | 'recall' | 'f1';
/** The ending of a score's name: `f1`, `f1Micro` or `f1Weighted`. */
export type AverageSuffix<A extends ScoreAverage> = A extends 'macro' ? '' : Capitalize<A>;

function score<Kind extends Score, A extends ScoreAverage>(
  kind: Kind,
  options: { readonly average?: A },
): MetricRequest<`${Kind}${AverageSuffix<A>}`> {
  checkOptions(kind, options, ['average']);
  const average = checkOneOf(`${kind}.average`, options.average ?? 'macro', averages);
  const suffix = average === 'macro' ? '' : average === 'micro' ? 'Micro' : 'Weighted';
  const name = `${kind}${suffix}` as `${Kind}${AverageSuffix<A>}`;
  return Object.freeze({ kind, name, average });
}

/**
 * Requests the precision over all classes. Results name it `precision`, `precisionMicro` or
 * `precisionWeighted`.
 *
 * @param options `average` is the way to combine the classes' scores, by default `'macro'`
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function precision<A extends ScoreAverage = 'macro'>(
  options: { readonly average?: A } = {},
): MetricRequest<`precision${AverageSuffix<A>}`> {
  return score('precision', options);
}

/**
 * Requests the recall over all classes. Results name it `recall`, `recallMicro` or `recallWeighted`.
 *
 * @param options `average` is the way to combine the classes' scores, by default `'macro'`
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function recall<A extends ScoreAverage = 'macro'>(
  options: { readonly average?: A } = {},
): MetricRequest<`recall${AverageSuffix<A>}`> {
  return score('recall', options);
}

/**
 * Requests F1 over all classes. Results name it `f1`, `f1Micro` or `f1Weighted`.
 *
 * @param options `average` is the way to combine the classes' scores, by default `'macro'`
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function f1<A extends ScoreAverage = 'macro'>(
  options: { readonly average?: A } = {},
): MetricRequest<`f1${AverageSuffix<A>}`> {
  return score('f1', options);
}
