/** Checks requested metrics against the loss, requests them of native code, and reads its sums. */
import { ThalwegError } from '../errors.js';
import type { Loss } from '../loss/loss.js';
import type { NativeMetricRequest, NativeMetricTotals } from '../native.js';
import { checkOneOf, checkOptions } from '../options.js';
import { checkList } from '../values.js';
import { ConfusionMatrix } from './confusion-matrix.js';
import {
  type Metric,
  type MetricName,
  type MetricRequest,
  type MetricValue,
  f1,
  precision,
  recall,
  topK,
} from './requests.js';

/** A requested metric in a uniform form: its kind, its name, and the options of its kind. */
export type Wanted = { readonly kind: MetricName | 'topK' } & Omit<MetricRequest, 'kind'>;

const ofClasses = ['accuracy', 'precision', 'recall', 'f1', 'perClass', 'confusionMatrix'] as const;
const ofErrors = ['mae', 'mse', 'rmse', 'r2'] as const;
const names: readonly MetricName[] = [...ofClasses, 'rocAuc', ...ofErrors];

/** The most classes of a confusion matrix, which then has 2^26 counts. */
const mostClasses = 2 ** 13;

function toWanted(path: string, metric: unknown): Wanted {
  if (typeof metric !== 'object' || metric === null) {
    const name = checkOneOf(path, metric, names);
    return name === 'precision' || name === 'recall' || name === 'f1'
      ? { kind: name, name, average: 'macro' }
      : { kind: name, name };
  }
  const { kind, k, average } = checkOptions(path, metric, ['kind', 'name', 'k', 'average']);
  const options = average === undefined ? {} : { average: average as 'macro' };
  switch (checkOneOf(`${path}.kind`, kind, ['topK', 'precision', 'recall', 'f1'])) {
    case 'topK':
      return topK(k as number);
    case 'precision':
      return precision(options);
    case 'recall':
      return recall(options);
    case 'f1':
      return f1(options);
  }
}

/** Returns the kind of outputs that a metric needs. */
function questionOf({ kind }: Wanted): 'classes' | 'ranking' | 'numbers' {
  if (kind === 'rocAuc') return 'ranking';
  return (ofErrors as readonly string[]).includes(kind) ? 'numbers' : 'classes';
}

/** Throws MISMATCH where a metric does not fit the loss, and RANGE where it does not fit the classes. */
function checkMeaning(path: string, wanted: Wanted, { kind }: Loss, outputs: number): void {
  const question = questionOf(wanted);
  const isSoftmax = kind === 'softmaxCrossEntropy';
  const isSigmoid = kind === 'sigmoidCrossEntropy';
  const fits = {
    classes: isSoftmax || (isSigmoid && outputs === 1),
    ranking: isSoftmax || isSigmoid,
    numbers: !isSoftmax && !isSigmoid,
  };
  const needed = {
    classes: 'softmaxCrossEntropy, or sigmoidCrossEntropy with one output',
    ranking: 'softmaxCrossEntropy or sigmoidCrossEntropy',
    numbers: 'meanSquaredError or huber',
  };
  if (!fits[question])
    throw new ThalwegError({
      code: 'MISMATCH',
      path,
      received: `${wanted.name} of ${kind} with ${outputs} output${outputs === 1 ? '' : 's'}`,
      expected: `a metric that fits the loss: ${wanted.name} goes with ${needed[question]}`,
    });
  const classes = isSoftmax ? outputs : 2;
  const limit = wanted.kind === 'topK' ? classes : mostClasses;
  const size = wanted.kind === 'topK' ? wanted.k! : classes;
  if (question === 'classes' && size > limit)
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: `${wanted.name} of ${classes} classes`,
      expected: wanted.kind === 'topK' ? `at most top${limit}` : `at most ${limit} classes`,
    });
}

/** Returns the checked list of metrics; throws TYPE, RANGE, MISMATCH or DUPLICATE. */
export function checkMetrics(
  path: string,
  given: unknown,
  loss: Loss,
  outputs: number,
): readonly Wanted[] {
  const expected = "an array of metrics, such as ['accuracy', metrics.topK(5)]";
  const wanted = checkList(path, given, expected, (at, metric) => toWanted(at, metric as Metric));
  wanted.forEach((each, i) => {
    checkMeaning(`${path}[${i}]`, each, loss, outputs);
    if (wanted.findIndex(({ name }) => name === each.name) < i)
      throw new ThalwegError({
        code: 'DUPLICATE',
        path: `${path}[${i}]`,
        received: `${each.name} a second time`,
        expected: 'each metric once',
      });
  });
  return wanted;
}

/** Returns the request to native code that the metrics need. */
export function toRequest(wanted: readonly Wanted[]): NativeMetricRequest {
  const ranks = wanted.map(({ kind, k }) => (kind === 'topK' ? k! : 0));
  const classes: readonly string[] = ofClasses;
  return {
    confusion: wanted.some(({ kind }) => classes.includes(kind)),
    top: Math.max(0, ...ranks),
    auc: wanted.some(({ kind }) => kind === 'rocAuc'),
    errors: wanted.some((each) => questionOf(each) === 'numbers'),
  };
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

/** Returns 1 − Σ error² / Σ (label − mean)². For constant labels, it is 1 without errors, else 0. */
function determination(squared: number, spread: number): number {
  if (spread === 0) return squared === 0 ? 1 : 0;
  return 1 - squared / spread;
}

function errorOf(kind: Wanted['kind'], { errors, rows }: NativeMetricTotals): number {
  const columns = Array.from({ length: errors.length / 3 }, (_, i) => {
    const [absolute = 0, squared = 0, spread = 0] = errors.subarray(3 * i, 3 * i + 3);
    if (kind === 'mae') return absolute / rows;
    if (kind === 'mse') return squared / rows;
    if (kind === 'rmse') return Math.sqrt(squared / rows);
    return rows < 2 ? NaN : determination(squared, spread);
  });
  return mean(columns);
}

function valueOf(wanted: Wanted, totals: NativeMetricTotals, matrix: ConfusionMatrix): MetricValue {
  const { kind, k, average } = wanted;
  const { classes } = matrix;
  switch (kind) {
    case 'confusionMatrix':
      return Array.from({ length: classes }, (_, actual) =>
        Array.from(matrix.counts.subarray(actual * classes, (actual + 1) * classes)),
      );
    case 'perClass':
      return matrix.perClass();
    case 'accuracy':
      return matrix.accuracy;
    case 'precision':
    case 'recall':
    case 'f1':
      return matrix.scores(average)[kind];
    case 'topK':
      return totals.top.subarray(0, k).reduce((sum, count) => sum + count, 0) / totals.rows;
    case 'rocAuc':
      return mean(totals.auc);
    default:
      return errorOf(kind, totals);
  }
}

/** Returns the metrics' values by name. Where an output was NaN, each value that is a number is NaN. */
export function fromTotals(
  wanted: readonly Wanted[],
  totals: NativeMetricTotals,
): Record<string, MetricValue> {
  const classes = Math.max(Math.round(Math.sqrt(totals.confusion.length)), 2);
  const counts = totals.confusion.length > 0 ? totals.confusion : new Float64Array(classes ** 2);
  const matrix = ConfusionMatrix.of(classes, counts);
  return Object.fromEntries(
    wanted.map((each) => {
      const value = valueOf(each, totals, matrix);
      return [each.name, typeof value === 'number' && totals.unordered > 0 ? NaN : value];
    }),
  );
}
