/**
 * Finds ranges that end too early: the trials get better towards an end of the range, and do not turn before it.
 *
 * Each parameter's place in [0, 1] and its square explain the trials' ranks, as normal scores (Blom 1958), so
 * that exploded losses weigh no more than bad ones. A border needs two findings: a trend towards the end that
 * chance does not explain, and a slope at the end that does not point back into the range.
 */
import { placeOf } from './coordinates.js';
import { fitLeastSquares, type Fit } from './least-squares.js';
import type { Parameter } from './parameters.js';
import { normalBelow, normalQuantile } from './samplers/normal.js';
import { type TrialRecord, costOf, ranking } from './trial-record.js';

/** A range whose best values lie at one of its ends, or beyond. */
export interface Border {
  /** The name of the parameter. */
  readonly parameter: string;
  /** The end of the range. */
  readonly end: 'low' | 'high';
  /** The value at this end. */
  readonly bound: number;
  /** The probability that chance alone gives a weaker trend than the trials have, in [0, 1]. */
  readonly confidence: number;
}

/** The number of trials below which nothing is said. */
const leastTrials = 30;
/** The trend in standard errors from which chance does not explain it, for the many ends of a study. */
const leastTrend = 4;
/** The slope at the end in standard errors, below which the trials turn before the end. */
const leastSlope = 1;

/** Returns the trials from the best to the worst: complete ones, then pruned ones, then failed ones. */
function fromBest(trials: readonly TrialRecord[], maximize: boolean): TrialRecord[] {
  const last = ({ history }: TrialRecord): number => costOf(history.at(-1)?.value ?? NaN, maximize);
  const pruned = trials
    .filter(({ state }) => state === 'pruned')
    .sort((a, b) => b.history.length - a.history.length || (last(a) < last(b) ? -1 : 1));
  return [
    ...ranking(trials, maximize),
    ...pruned,
    ...trials.filter(({ state }) => state === 'failed'),
  ];
}

/** Returns places around the middle of a range and their squares. */
function featuresOf(parameters: readonly Parameter[], trial: TrialRecord): number[] {
  return parameters.flatMap(({ name, dimension }) => {
    const place = placeOf(dimension, trial.values[name]!) - 0.5;
    return [place, place * place];
  });
}

/** Returns the slope at a place around the middle, in standard errors; `at` is the place's feature. */
function slopeAt({ coefficients, covariance }: Fit, at: number, place: number): number {
  const slope = coefficients[at]! + 2 * place * coefficients[at + 1]!;
  const variance =
    covariance[at]![at]! +
    4 * place * covariance[at]![at + 1]! +
    4 * place * place * covariance[at + 1]![at + 1]!;
  return slope / Math.sqrt(variance);
}

/** Fits scores by the parameters; only the first counts where the trials are too few for all. */
function fitOf(ranked: readonly TrialRecord[], parameters: readonly Parameter[]): Fit | undefined {
  const scores = ranked.map((_, i) => normalQuantile((i + 0.625) / (ranked.length + 0.25)));
  const enough = 5 * (1 + 2 * parameters.length) <= ranked.length;
  const used = enough ? parameters : parameters.slice(0, 1);
  const fit = (those: readonly Parameter[]) =>
    fitLeastSquares(
      ranked.map((trial) => [1, ...featuresOf(those, trial)]),
      scores,
    );
  return fit(used) ?? fit(parameters.slice(0, 1));
}

/** Returns the borders of one parameter, whose name comes first among `parameters`. */
function bordersOf(ranked: readonly TrialRecord[], parameters: readonly Parameter[]): Border[] {
  const [{ name, dimension }] = parameters as [Parameter];
  if (dimension.kind === 'choice' || ranked.length < leastTrials) return [];
  const fit = fitOf(ranked, parameters);
  if (fit === undefined) return [];
  const trend = slopeAt(fit, 1, 0);
  const ends = [
    { end: 'low', bound: dimension.low, direction: 1 },
    { end: 'high', bound: dimension.high, direction: -1 },
  ] as const;
  return ends
    .filter(({ direction }) => {
      const slope = direction * slopeAt(fit, 1, -direction / 2);
      return direction * trend >= leastTrend && slope >= leastSlope;
    })
    .map(({ end, bound }) => ({
      parameter: name,
      end,
      bound,
      confidence: normalBelow(Math.abs(trend)),
    }));
}

/** Returns the ends of ranges at which, or beyond which, the best values lie. */
export function findBorders(
  parameters: readonly Parameter[],
  trials: readonly TrialRecord[],
  maximize: boolean,
): Border[] {
  const ranked = fromBest(trials, maximize);
  const numbers = parameters.filter(({ dimension }) => dimension.kind !== 'choice');
  const always = numbers.filter(({ when }) => when.length === 0);
  return numbers.flatMap((parameter) => {
    const having = ranked.filter(({ values }) => Object.hasOwn(values, parameter.name));
    return bordersOf(having, [parameter, ...always.filter((each) => each !== parameter)]);
  });
}

/** Returns a border as a sentence. */
export function borderText({ parameter, end, bound, confidence }: Border): string {
  const share = (Math.floor(confidence * 1e5) / 1e3).toFixed(2);
  return `the best values of ${parameter} lie at the ${end} end of its range, ${bound}, or beyond (confidence ${share} %); widen the range`;
}
