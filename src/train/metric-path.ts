/** Metrics of an epoch's record by their path. */
import type { MetricPath } from '../callbacks/callback.js';
import type { EpochRecord } from './history.js';

const prefix = 'validation.';

/** The name of a metric, and whether it is of the validation set. */
export function splitMetric(path: MetricPath): { name: string; ofValidation: boolean } {
  const ofValidation = path.startsWith(prefix);
  return { ofValidation, name: ofValidation ? path.slice(prefix.length) : path };
}

/** The value in a record, or undefined where it was not measured. */
export function readMetric(record: EpochRecord, path: MetricPath): number | undefined {
  const { name, ofValidation } = splitMetric(path);
  const measured = ofValidation ? record.validation : record;
  if (name === 'loss') return measured?.loss;
  const value = measured?.metrics?.[name] ?? (name === 'accuracy' ? measured?.accuracy : undefined);
  return typeof value === 'number' ? value : undefined;
}
