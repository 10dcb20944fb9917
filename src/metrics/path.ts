/** The name of a metric of an epoch, by where it stands in the epoch's record. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';

/**
 * A metric of an epoch: its training loss or accuracy, or one of the validation set, such as
 * `'validation.loss'`, or `'validation.f1'` where fit's `metrics` ask for it.
 */
export type MetricPath = 'loss' | 'accuracy' | `validation.${string}`;

/** What was measured on a data set. */
export interface DatasetMetrics {
  /** Mean over the examples. */
  readonly loss: number;
  /** Share of right answers; absent where the loss has none. */
  readonly accuracy?: number;
  /** Other metrics, by name; those that are numbers count. */
  readonly metrics?: Readonly<Record<string, unknown>>;
}

/** What a finished epoch measured; an `EpochRecord` of a history is one. */
export interface EpochMetrics extends DatasetMetrics {
  /** Of the validation set, where there is one. */
  readonly validation?: DatasetMetrics;
}

const prefix = 'validation.';
/** Metrics that get better as they fall; every other one rises. */
const falling: readonly string[] = ['loss', 'mae', 'mse', 'rmse'];

/** The metric's own name, and whether it is measured on the validation set. */
export function splitMetricPath(path: MetricPath): { name: string; ofValidation: boolean } {
  const ofValidation = path.startsWith(prefix);
  return { ofValidation, name: ofValidation ? path.slice(prefix.length) : path };
}

/** Whether a smaller value is a better one. */
export function isFalling(path: MetricPath): boolean {
  return falling.includes(splitMetricPath(path).name);
}

/** The number in an epoch's record, which may come from a file; undefined where it was not measured. */
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

/** `loss`, `accuracy`, or a name after `validation.`; or TYPE, RANGE. `option`: what is checked. */
export function checkMetricPath(option: string, value: unknown): MetricPath {
  if (value === 'loss' || value === 'accuracy') return value;
  if (typeof value === 'string' && /^validation\.[a-z]\w*$/i.test(value))
    return value as MetricPath;
  throw new ThalwegError({
    code: typeof value === 'string' ? 'RANGE' : 'TYPE',
    path: option,
    received: describe(value),
    expected: "'loss', 'accuracy' or a metric of the validation, as 'validation.loss'",
  });
}
