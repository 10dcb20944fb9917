/** Which metric a callback looks at, and which way it should go. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
import { splitMetric } from '../train/metric-path.js';
import type { MetricPath } from './callback.js';

/** Metrics that get better as they fall; every other one rises. */
const falling: readonly string[] = ['loss', 'mae', 'mse', 'rmse'];

/** Whether a smaller value is a better one. */
export function isFalling(metric: MetricPath): boolean {
  return falling.includes(splitMetric(metric).name);
}

/** `loss`, `accuracy`, or a name after `validation.`; or TYPE, RANGE. */
export function checkMetricPath(path: string, value: unknown): MetricPath {
  if (value === 'loss' || value === 'accuracy') return value;
  if (typeof value === 'string' && /^validation\.[a-z]\w*$/i.test(value))
    return value as MetricPath;
  throw new ThalwegError({
    code: typeof value === 'string' ? 'RANGE' : 'TYPE',
    path,
    received: describe(value),
    expected: "'loss', 'accuracy' or a metric of the validation, as 'validation.loss'",
  });
}
