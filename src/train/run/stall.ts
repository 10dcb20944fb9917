/** Finds rates that have become too small to move the loss. */
import type { WarningEvent } from '../../run/events.js';
import type { EpochRecord } from '../../run/history.js';

/** A rate below this share of the highest counts as faded. */
const faded = 1e-3;
/** Relative change of the loss from epoch to epoch that counts as none, of a faded rate. */
const stillWhenFaded = 1e-3;
/** Relative change of the loss from epoch to epoch that counts as none, at any rate. */
const still = 1e-6;
/** A rate below this share of the highest for two epochs moves nothing, however the loss scatters. */
const gone = 1e-6;
/** Share of a run's epochs that must remain: schedules that fade out at the end are meant to. */
const worthwhile = 0.1;

/** What the detector looks at besides the last two epochs. */
interface StallContext {
  /** The highest learning rate of the run so far. */
  readonly highestRate: number;
  /** The highest learning rate of the last two epochs. */
  readonly highestLately: number;
  /** Epochs left of the run, and all of them. */
  readonly remaining: number;
  readonly epochs: number;
}

/**
 * A warning where the loss of the epoch before last and of the last are as good as equal while the
 * rate has fallen below a thousandth of its highest (or exactly equal, to a millionth, at any
 * rate), and at least a tenth of the run is left. With dropout or batch norm the loss scatters while
 * the weights stand still: there a rate tells that stayed below a millionth
 * for both epochs.
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
