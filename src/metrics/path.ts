/** Paths that name a metric in the record of an epoch. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';

/**
 * The name of a metric of an epoch. It is the training `'loss'` or `'accuracy'`, or a metric of the
 * validation set such as `'validation.loss'`, or `'validation.f1'` where fit's `metrics` has it.
 */
export type MetricPath = 'loss' | 'accuracy' | `validation.${string}`;

/** The metrics that were measured on a data set. */
export interface DatasetMetrics {
  /** The mean loss over the examples. */
  readonly loss: number;
  /** The share of right predictions, in [0, 1]; absent where the loss has no accuracy. */
  readonly accuracy?: number;
  /** Other metrics by name; a {@link MetricPath} can name those that are numbers. */
  readonly metrics?: Readonly<Record<string, unknown>>;
}

/** The metrics of a finished epoch; an `EpochRecord` of a history has them. */
export interface EpochMetrics extends DatasetMetrics {
  /** The metrics of the validation set; absent where there is none. */
  readonly validation?: DatasetMetrics;
}

const prefix = 'validation.';
/** The metrics whose smaller values are better; larger values of all others are better. */
const falling: readonly string[] = ['loss', 'mae', 'mse', 'rmse'];

/** Returns the metric's own name; `ofValidation` is true where the validation set measures it. */
export function splitMetricPath(path: MetricPath): { name: string; ofValidation: boolean } {
  const ofValidation = path.startsWith(prefix);
  return { ofValidation, name: ofValidation ? path.slice(prefix.length) : path };
}

/** Returns true where a smaller value of the metric is better. */
export function isFalling(path: MetricPath): boolean {
  return falling.includes(splitMetricPath(path).name);
}

/** Returns a metric of a record, which may come from a file; undefined where it was not measured. */
export function readMetric(record: EpochMetrics, path: MetricPath): number | undefined {
  const known = record as EpochMetrics | undefined | null;
  const { name, ofValidation } = splitMetricPath(path);
  const measured = ofValidation ? known?.validation : known;
  const value =
    name === 'loss'
      ? measured?.loss
      : (measured?.metrics?.[name] ?? (name === 'accuracy' ? measured?.accuracy : undefined));
  return typeof value === 'number' ? value : undefined;
}

/** Returns a valid path, or throws TYPE or RANGE; `option` is the name of the option in errors. */
export function checkMetricPath(option: string, value: unknown): MetricPath {
  if (value === 'loss' || value === 'accuracy') return value;
  if (typeof value === 'string' && /^validation\.[a-z]\w*$/i.test(value))
    return value as MetricPath;
  throw new ThalwegError({
    code: typeof value === 'string' ? 'RANGE' : 'TYPE',
    path: option,
    received: describe(value),
    expected: "'loss', 'accuracy' or a metric of the validation such as 'validation.loss'",
  });
}
