/** Divides epochs into steps and batches, by a number or by a schedule. */
import { ThalwegError } from '../../errors.js';
import type { Sequential } from '../../nn/sequential.js';
import { checkNumber, describe } from '../../options.js';
import type { Position } from '../../schedule/position.js';
import { check as checkScheduled, givenAt } from '../../schedule/schedule.js';
import { checkLeastBatch } from '../least-batch.js';

/** The division of an epoch. */
export interface Batches {
  /** The rows of one step. */
  readonly batchSize: number;
  /** The rows that are gathered at a time. */
  readonly partRows: number;
  /** The number of steps of the epoch. */
  readonly steps: number;
}

/** Returns the division of the epoch that begins at a position of the run. */
export type BatchPlan = (position: Position) => Batches;

/** The properties of a run that determine the division. */
interface Cut {
  /** The number of rows that an epoch visits. */
  readonly rows: number;
  readonly dropLast: boolean;
  /** The number of batches of one step. */
  readonly accumulate: number;
  readonly model: Sequential;
}

/** Checks a batch size, and limits it to `rows`. */
export function checkBatch(path: string, batchSize: unknown, rows: number): number {
  return Math.min(checkNumber(path, batchSize, { min: 1, integer: true }), rows);
}

/** Divides one epoch. Throws RANGE where a batch is too small for training, EMPTY_EPOCH where none is left. */
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

/** Checks a constant batch size now; the values of a schedule are checked before each epoch. */
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
