/** How epochs are cut into steps and batches, by a number or by a schedule. */
import { ThalwegError } from '../../errors.js';
import type { Sequential } from '../../nn/sequential.js';
import { checkNumber, describe } from '../../options.js';
import type { Position } from '../../schedule/position.js';
import { check as checkScheduled, givenAt } from '../../schedule/schedule.js';
import { checkLeastBatch } from '../least-batch.js';

/** How an epoch is cut. */
export interface Batches {
  /** Rows a step. */
  readonly batchSize: number;
  /** Rows that are gathered at a time. */
  readonly partRows: number;
  /** Steps an epoch. */
  readonly steps: number;
}

/** How the epoch is cut that begins at a point of the run. */
export type BatchPlan = (position: Position) => Batches;

/** What there is to be cut. */
interface Cut {
  /** That an epoch visits. */
  readonly rows: number;
  readonly dropLast: boolean;
  /** Batches a step. */
  readonly accumulate: number;
  readonly model: Sequential;
}

/** A batch size of at most `rows`, or RANGE. */
export function checkBatch(path: string, batchSize: unknown, rows: number): number {
  return Math.min(checkNumber(path, batchSize, { min: 1, integer: true }), rows);
}

/** One epoch; RANGE where batches are too small to train on, EMPTY_EPOCH where there is none. */
function cut(path: string, partRows: number, { rows, dropLast, accumulate, model }: Cut): Batches {
  const whole = partRows * accumulate;
  const batchSize = dropLast ? whole : Math.min(whole, rows);
  const steps = dropLast ? Math.floor(rows / batchSize) : Math.ceil(rows / batchSize);
  if (steps === 0)
    throw new ThalwegError({
      code: 'EMPTY_EPOCH',
      path,
      received: `${batchSize} of ${rows} rows, with last: 'drop'`,
      expected: 'at least one whole batch',
    });
  checkLeastBatch(path, model, { batchSize: partRows, rows: dropLast ? steps * batchSize : rows });
  return { batchSize, partRows, steps };
}

/** Batches of one size are checked now; those of a schedule when it is asked. */
export function planBatches(given: unknown, plan: Cut): BatchPlan {
  const path = 'fit.batchSize';
  const { rows, dropLast } = plan;
  if (typeof given === 'function' || (typeof given === 'object' && given !== null)) {
    const schedule = checkScheduled(path, given);
    return (position) => {
      const at = `${path} before epoch ${position.epoch ?? 0}`;
      const size = Math.round(checkNumber(at, givenAt(schedule, position)));
      return cut(at, checkBatch(at, size, rows), plan);
    };
  }
  if (typeof given === 'string' && given !== 'full')
    throw new ThalwegError({
      code: 'RANGE',
      path,
      received: describe(given),
      expected: "an integer, at least 1, a schedule of integers, or 'full'",
    });
  const size = given === 'full' ? rows : given;
  const batches = cut(path, checkBatch(path, size, dropLast ? Infinity : rows), plan);
  return () => batches;
}
