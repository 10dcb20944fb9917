/** Metrics of an epoch, named by where they stand in its record. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
import type { EpochMetrics } from '../schedule/position.js';

/** `validation.f1` is one that was asked for. */
export type Metric = 'loss' | 'accuracy' | `validation.${string}`;

const prefix = 'validation.';
/** Metrics that get better as they fall; every other one rises. */
const falling: readonly string[] = ['loss', 'mae', 'mse', 'rmse'];

/** The name of a metric, and whether it is of the validation set. */
export function splitMetric(metric: Metric): { name: string; ofValidation: boolean } {
  const ofValidation = metric.startsWith(prefix);
  return { ofValidation, name: ofValidation ? metric.slice(prefix.length) : metric };
}

/** Whether a smaller value is a better one. */
export function isFalling(metric: Metric): boolean {
  return falling.includes(splitMetric(metric).name);
}

/** The number in an epoch's record, which may come from a file; undefined where it was not measured. */
export function metricIn(record: EpochMetrics, metric: Metric): number | undefined {
  const known = record as EpochMetrics | undefined | null;
  const { name, ofValidation } = splitMetric(metric);
  const measured = ofValidation ? known?.validation : known;
  const value =
    name === 'loss'
      ? measured?.loss
      : (measured?.metrics?.[name] ?? (name === 'accuracy' ? measured?.accuracy : undefined));
  return typeof value === 'number' ? value : undefined;
}

/** `loss`, `accuracy`, or a name after `validation.`; or TYPE, RANGE. */
export function checkMetric(path: string, value: unknown): Metric {
  if (value === 'loss' || value === 'accuracy') return value;
  if (typeof value === 'string' && /^validation\.[a-z]\w*$/i.test(value)) return value as Metric;
  throw new ThalwegError({
    code: typeof value === 'string' ? 'RANGE' : 'TYPE',
    path,
    received: describe(value),
    expected: "'loss', 'accuracy' or a metric of the validation, as 'validation.loss'",
  });
}
