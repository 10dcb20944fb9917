/** What a run will measure, and whether that is all that its schedules and callbacks read. */
import { ThalwegError } from '../../errors.js';
import { type Loss, hasAccuracy } from '../../loss/loss.js';
import { type Wanted, checkMetrics } from '../../metrics/measure.js';
import { type MetricPath, splitMetricPath } from '../../metrics/path.js';
import { elements } from '../../nn/layer.js';
import type { Callback } from '../../run/callback.js';
import type { Task } from '../../run/task.js';

/** What a run will measure. */
interface RunMetrics {
  readonly loss: Loss;
  /** Metrics of the validation set besides its loss; undefined without one. */
  readonly ofValidation: readonly Wanted[] | undefined;
}

/** Metrics of the validation set, which there must be, or MISSING. */
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

/** MISSING where a schedule looks at a metric that this run will not measure. */
export function checkPlateaus(metrics: readonly MetricPath[], measured: RunMetrics): void {
  const remedy = "give fit a validation set, or plateau another metric such as 'loss'";
  checkAll('a plateau', metrics, measured, remedy);
}

/** MISSING where a callback reads a metric that this run will not measure. */
export function checkRequired(callbacks: readonly Callback[], measured: RunMetrics): void {
  const remedy = "give fit a validation set and its metrics, or let it look at 'loss'";
  for (const { name, requires = [] } of callbacks) checkAll(name, requires, measured, remedy);
}

/** MISSING where the best checkpoints are chosen by a metric that this run will not measure. */
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
    expected: `what ${reader} looks at, ${missing}`,
    remedy,
  });
}

function isMeasured(metric: MetricPath, { loss, ofValidation: wanted }: RunMetrics): boolean {
  const { name, ofValidation } = splitMetricPath(metric);
  if (ofValidation && wanted === undefined) return false;
  if (name === 'loss' || (name === 'accuracy' && hasAccuracy(loss))) return true;
  return ofValidation && wanted!.some((each) => each.name === name && isNumber(each));
}

/** Whether a metric gives one number. */
function isNumber({ kind }: Wanted): boolean {
  return kind !== 'confusionMatrix' && kind !== 'perClass';
}
