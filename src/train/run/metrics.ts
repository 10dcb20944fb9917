/** Checks that a run measures all metrics that its schedules and callbacks read. */
import { ThalwegError } from '../../errors.js';
import { type Loss, hasAccuracy } from '../../loss/loss.js';
import { type Wanted, checkMetrics } from '../../metrics/measure.js';
import { type MetricPath, splitMetricPath } from '../../metrics/path.js';
import { elements } from '../../nn/layer.js';
import type { Callback } from '../../run/callback.js';
import type { Task } from '../../run/task.js';

/** The metrics that a run measures. */
interface RunMetrics {
  readonly loss: Loss;
  /** Metrics of the validation set besides its loss; undefined without a validation set. */
  readonly ofValidation: readonly Wanted[] | undefined;
}

/** Checks the metrics of the validation set; throws MISSING where there are metrics but no validation set. */
export function checkWanted(
  metrics: unknown,
  validates: boolean,
  { model, loss }: Task,
): readonly Wanted[] {
  const wanted = checkMetrics('fit.metrics', metrics ?? [], loss, elements(model.outputShape));
  if (wanted.length === 0 || validates) return wanted;
  throw new ThalwegError({
    code: 'MISSING',
    path: 'fit.validation',
    received: 'metrics without a validation set',
    expected: 'the data set that they are measured on',
  });
}

/** Throws MISSING where a schedule reads a metric that the run does not measure. */
export function checkPlateaus(metrics: readonly MetricPath[], measured: RunMetrics): void {
  const remedy = "give fit a validation set, or plateau another metric such as 'loss'";
  checkAll('a plateau', metrics, measured, remedy);
}

/** Throws MISSING where a callback reads a metric that the run does not measure. */
export function checkRequired(callbacks: readonly Callback[], measured: RunMetrics): void {
  const remedy = "give fit a validation set and its metrics, or let it look at 'loss'";
  for (const { name, requires = [] } of callbacks) checkAll(name, requires, measured, remedy);
}

/** Throws MISSING where the best checkpoints are chosen by a metric that the run does not measure. */
export function checkBestBy(metric: MetricPath, measured: RunMetrics): void {
  const remedy = "give fit a validation set, or choose by another metric such as 'loss'";
  checkAll('fit.checkpoint.bestBy', [metric], measured, remedy);
}

function checkAll(
  reader: string,
  metrics: readonly MetricPath[],
  measured: RunMetrics,
  remedy: string,
): void {
  const missing = metrics.find((metric) => !isMeasured(metric, measured));
  if (missing === undefined) return;
  throw new ThalwegError({
    code: 'MISSING',
    path: missing.startsWith('validation.') ? 'fit.validation' : 'loss',
    received: `a run without ${missing}`,
    expected: `a run that measures ${missing}, which ${reader} reads`,
    remedy,
  });
}

function isMeasured(metric: MetricPath, { loss, ofValidation: wanted }: RunMetrics): boolean {
  const { name, ofValidation } = splitMetricPath(metric);
  if (ofValidation && wanted === undefined) return false;
  if (name === 'loss' || (name === 'accuracy' && hasAccuracy(loss))) return true;
  return ofValidation && wanted!.some((each) => each.name === name && isNumber(each));
}

/** Returns true where the value of a metric is one number. */
function isNumber({ kind }: Wanted): boolean {
  return kind !== 'confusionMatrix' && kind !== 'perClass';
}
