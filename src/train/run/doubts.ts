/** Finds reasons to warn about a run that is allowed but probably useless. */
import type { Dataset } from '../../data/dataset.js';
import { gather } from '../../data/gather.js';
import type { NativeTrainProgress } from '../../native.js';
import type { RunControl } from '../../run/callback.js';
import type { RunContext } from '../../run/context.js';
import type { FitPlan } from './plan.js';

type Warning = Parameters<RunControl['warn']>[0];

/** Targets above this size are far from the outputs of an untrained model. */
const largeTargets = 1000;
/** The number of rows whose targets are checked. */
const sampleRows = 64;

/** Returns warnings about a run that begins. */
export function doubtsBefore(
  { model, loss, settings }: RunContext,
  { dataset }: FitPlan,
): readonly Warning[] {
  const isIdle = model.parameters.every((parameter) => settings.isFrozen(parameter));
  const isRegression = loss.kind === 'meanSquaredError' || loss.kind === 'huber';
  const size = isRegression ? sizeOfTargets(dataset) : 0;
  return [...(isIdle ? [nothingTrained] : []), ...(size > largeTargets ? [unscaled(size)] : [])];
}

/** Returns warnings about an epoch that has ended. */
export function doubtsAfter({ steps, skipped }: NativeTrainProgress): readonly Warning[] {
  return steps === 0 && skipped > 0 ? [allSkipped(skipped)] : [];
}

/** Returns the root mean square of some rows' targets. Other checks report NaN and infinities. */
function sizeOfTargets(dataset: Dataset): number {
  const count = Math.min(sampleRows, dataset.length);
  const rows = Uint32Array.from({ length: count }, (_, i) =>
    Math.floor((i * dataset.length) / count),
  );
  const { labels = new Float32Array() } = gather(dataset, rows);
  let sum = 0;
  for (const label of labels) sum += label * label;
  return Math.sqrt(sum / labels.length);
}

const nothingTrained: Warning = {
  code: 'NOTHING_TRAINED',
  message: 'every parameter is frozen: no step moves anything',
  remedy: 'leave `trainable: false` out of a layer or group, and rates of 0 out of groups',
};

function unscaled(size: number): Warning {
  return {
    code: 'LARGE_TARGETS',
    message: `targets are about ${size.toPrecision(3)} in size: an untrained model gives about 1, and gradients grow with the distance`,
    remedy: 'train on (y - mean) / deviation, and scale predictions back',
  };
}

function allSkipped(steps: number): Warning {
  return {
    code: 'ALL_SKIPPED',
    message: `all ${steps} steps of the epoch were skipped, because a gradient or loss was not finite: nothing was learnt`,
    remedy:
      "look for NaN in the data, lower the learning rate, or take nonFinite: 'stop', which names the rows",
  };
}
