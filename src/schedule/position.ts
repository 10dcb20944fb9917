/** Where a run stands: everything that a schedule may look at. */
import { ThalwegError } from '../errors.js';
import type { EpochMetrics } from '../metrics/path.js';

/** A point of a run. A schedule's value is a pure function of it. */
export interface Position {
  /** Steps taken so far. */
  readonly step: number;
  /** Epochs finished so far; read by schedules with `unit: 'epoch'`. */
  readonly epoch?: number;
  /** The finished epochs, oldest first; read by `plateau`. */
  readonly history?: readonly EpochMetrics[];
}

/** What a schedule counts its time in. */
export type TimeUnit = 'step' | 'epoch';

/** Steps or epochs so far, or MISSING. */
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

/** The position as a part sees it that began at `start`: its own `unit` counts from there. */
export function since(position: Position, start: number, unit: TimeUnit): Position {
  return unit === 'step'
    ? { ...position, step: position.step - start }
    : { ...position, epoch: timeAt(position, 'epoch') - start };
}
