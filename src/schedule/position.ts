/** The position of a run: all inputs of a schedule. */
import { ThalwegError } from '../errors.js';
import type { EpochMetrics } from '../metrics/path.js';

/** A position of a run. A schedule's value is a pure function of the position. */
export interface Position {
  /** The number of steps taken so far. */
  readonly step: number;
  /** The number of epochs finished so far, for schedules with `unit: 'epoch'`. */
  readonly epoch?: number;
  /** Metrics of the finished epochs, oldest first, for `plateau`. */
  readonly history?: readonly EpochMetrics[];
}

/** The unit in which a schedule counts its time. */
export type TimeUnit = 'step' | 'epoch';

/** Returns the number of steps or epochs so far; throws MISSING where the position lacks it. */
export function timeAt({ step, epoch }: Position, unit: TimeUnit): number {
  if (unit === 'step') return step;
  if (epoch !== undefined) return epoch;
  throw new ThalwegError({
    code: 'MISSING',
    path: 'position.epoch',
    received: 'nothing',
    expected: "the epochs finished so far, for a schedule with unit: 'epoch'",
    remedy: 'pass { step, epoch }; a trainer does so itself',
  });
}

/** Returns the position relative to a part that began at `start`: `unit` counts from there. */
export function since(position: Position, start: number, unit: TimeUnit): Position {
  return unit === 'step'
    ? { ...position, step: position.step - start }
    : { ...position, epoch: timeAt(position, 'epoch') - start };
}
