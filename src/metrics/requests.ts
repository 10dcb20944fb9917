/** Metrics that `evaluate` and `fit` measure natively: what they are called, and what they give. */
import { checkNumber, checkOneOf, checkOptions } from '../options.js';
import type { ClassScores, ScoreAverage } from './confusion-matrix.js';

/** What a metric gives: a number, a table of counts, or the scores of each class. */
export type MetricValue = number | readonly (readonly number[])[] | readonly ClassScores[];

/** Metrics by name alone, and what each gives. */
export interface MetricValues {
  /** Share of rows whose predicted class is the label's. */
  readonly accuracy: number;
  /** Mean over classes of TP / (TP + FP). */
  readonly precision: number;
  /** Mean over classes of TP / (TP + FN). */
  readonly recall: number;
  /** Mean over classes of 2 TP / (2 TP + FP + FN). */
  readonly f1: number;
  /** Precision, recall, F1 and support of each class. */
  readonly perClass: readonly ClassScores[];
  /** Counts, [actual][predicted]. */
  readonly confusionMatrix: readonly (readonly number[])[];
  /**
   * Area under the ROC curve. Of more than two classes the mean of each against the rest, by its
   * probability; of several sigmoid outputs their mean.
   */
  readonly rocAuc: number;
  /** Mean of |y − label|, over all outputs. */
  readonly mae: number;
  /** Mean of (y − label)², over all outputs. */
  readonly mse: number;
  /** √ of the mean of (y − label)², output by output; their mean. */
  readonly rmse: number;
  /** 1 − Σ (y − label)² / Σ (label − mean)², output by output; their mean. */
  readonly r2: number;
}

/** Metrics by name alone. */
export type MetricName = keyof MetricValues;

/** A metric with options; made by {@link topK}, {@link f1}, {@link precision}, {@link recall}. */
export interface MetricRequest<Name extends string = string> {
  /** Which one. */
  readonly kind: 'topK' | 'precision' | 'recall' | 'f1';
  /** What it is called in results. */
  readonly name: Name;
  /** Of topK: how many of the largest outputs count. */
  readonly k?: number;
  /** Of the others: how classes become one number. */
  readonly average?: ScoreAverage;
}

/** What `metrics` of `evaluate` and `fit` holds: names and {@link MetricRequest}s. */
export type Metric = MetricName | MetricRequest;

/** What a metric is called in results. */
export type MetricNameOf<M> = M extends MetricName
  ? M
  : M extends MetricRequest<infer Name>
    ? Name
    : never;
/** What a metric gives. */
export type MetricValueOf<M> = M extends MetricName ? MetricValues[M] : number;

/** Results of a list of metrics, by name. */
export type Measured<M extends readonly Metric[]> = {
  readonly [Each in M[number] as MetricNameOf<Each>]: MetricValueOf<Each>;
};

/**
 * Share of rows whose label is among the k largest outputs, as `top5`. Of equal outputs the lower
 * class leads.
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
/** How a score's name ends: `f1`, `f1Micro`, `f1Weighted`. */
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
 * Precision over all classes, as `precision`, `precisionMicro` or `precisionWeighted`.
 *
 * @param options `average`: default `'macro'`
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function precision<A extends ScoreAverage = 'macro'>(
  options: { readonly average?: A } = {},
): MetricRequest<`precision${AverageSuffix<A>}`> {
  return score('precision', options);
}

/**
 * Recall over all classes, as `recall`, `recallMicro` or `recallWeighted`.
 *
 * @param options `average`: default `'macro'`
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function recall<A extends ScoreAverage = 'macro'>(
  options: { readonly average?: A } = {},
): MetricRequest<`recall${AverageSuffix<A>}`> {
  return score('recall', options);
}

/**
 * F1 over all classes, as `f1`, `f1Micro` or `f1Weighted`.
 *
 * @param options `average`: default `'macro'`
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function f1<A extends ScoreAverage = 'macro'>(
  options: { readonly average?: A } = {},
): MetricRequest<`f1${AverageSuffix<A>}`> {
  return score('f1', options);
}
