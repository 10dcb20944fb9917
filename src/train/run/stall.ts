/** Finds learning rates that have become too small to change the loss. */
import type { WarningEvent } from '../../run/events.js';
import type { EpochRecord } from '../../run/history.js';

/** A rate below this share of the highest counts as faded. */
const faded = 1e-3;
/** A smaller relative change of the loss between epochs counts as none where the rate has faded. */
const stillWhenFaded = 1e-3;
/** A smaller relative change of the loss between epochs counts as none at any rate. */
const still = 1e-6;
/** A rate below this share of the highest for two epochs counts as 0, even if the loss varies. */
const gone = 1e-6;
/** The share of the epochs that must remain for a warning, because a schedule may fade at the end on purpose. */
const worthwhile = 0.1;

/** The inputs of the detector besides the last two epochs. */
interface StallContext {
  /** The highest learning rate of the run so far. */
  readonly highestRate: number;
  /** The highest learning rate of the last two epochs. */
  readonly highestLately: number;
  /** The number of epochs that remain. */
  readonly remaining: number;
  /** The number of all epochs of the run. */
  readonly epochs: number;
}

/**
 * Returns a warning where the last two epochs have almost the same loss: within a millionth, or within a
 * thousandth after the rate has fallen below a thousandth of its highest value. With dropout or batch norm
 * the loss varies although the weights hardly change, so a rate below a millionth of the highest for both
 * epochs is also a stall. At least a tenth of the run must remain.
 */
export function stallIn(
  [before, last]: readonly [EpochRecord, EpochRecord],
  { highestRate, highestLately, remaining, epochs }: StallContext,
): WarningEvent | undefined {
  const moved = Math.abs(last.loss - before.loss) / Math.abs(before.loss);
  const limit = faded * highestRate;
  const isFaded = before.learningRate < limit && last.learningRate < limit;
  const isGone = highestLately < gone * highestRate;
  const isStill = moved < (isFaded ? stillWhenFaded : still);
  if (!(isStill || isGone) || remaining < worthwhile * epochs || remaining === 0) return undefined;
  const rate = last.learningRate.toPrecision(3);
  return {
    type: 'warning',
    code: 'STALL',
    epoch: last.epoch,
    message: `a learning rate of ${rate} ${isStill ? 'does not move the loss' : 'moves no weight'}: ${before.loss.toPrecision(6)} in epoch ${before.epoch + 1}, ${last.loss.toPrecision(6)} in epoch ${last.epoch + 1}`,
    remedy:
      isFaded || isGone
        ? 'let the rate fall more slowly, for instance once an epoch, or end the run here'
        : 'raise the learning rate, or end the run here',
  };
}
