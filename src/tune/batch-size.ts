/** Which batch size to take: a measurement of each. */
import type { Dataset } from '../data/dataset.js';
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOptions, describe } from '../options.js';
import { type Subject, twinOf } from './twin.js';

/** Options of {@link adviseBatchSize}. */
export interface BatchSizeOptions {
  /** Rows a step, each an integer, at least 1. Default 64, 128, 256, 512. */
  readonly sizes?: readonly number[];
  /** Time to measure each, greater than 0. Default 0.5. */
  readonly seconds?: number;
  /** Native memory that a trainer may take; sizes beyond are not advised. Default no limit. */
  readonly memoryLimit?: number;
}

/** What was measured of one size. */
export interface BatchSizeRow {
  /** Rows a step. */
  readonly batchSize: number;
  /** Time of a step. */
  readonly stepMilliseconds: number;
  /** Rows trained a second. */
  readonly examplesPerSecond: number;
  /** Native memory of the trainer, in bytes, the data set not counted. */
  readonly bytes: number;
}

/** What was measured of all, and what follows. */
export interface BatchSizeAdvice {
  /** The smallest size within the limit that is at least 0.9 times as fast as the fastest. */
  readonly batchSize: number;
  /** In the order of the sizes. Sizes for which there is no memory are left out. */
  readonly rows: readonly BatchSizeRow[];
  /** The rows as text, a line each. */
  readonly table: string;
}

const path = 'adviseBatchSize';
/** Share of the fastest size's speed that is enough; larger batches for less would only cost steps. */
const fastEnough = 0.9;
/** Steps before the clock runs: first touches of memory, primitives, recordings. */
const warmup = 3;

function checkSizes(sizes: unknown, rows: number): readonly number[] {
  if (!Array.isArray(sizes) || sizes.length === 0)
    throw new ThalwegError({
      code: 'TYPE',
      path: `${path}.sizes`,
      received: describe(sizes),
      expected: 'an array of at least one size',
    });
  return sizes.map((size: unknown, i) =>
    checkNumber(`${path}.sizes[${i}]`, size, { min: 1, max: rows, integer: true }),
  );
}

async function measure(
  subject: Subject,
  dataset: Dataset,
  batchSize: number,
  seconds: number,
): Promise<BatchSizeRow> {
  using twin = twinOf(subject, { nonFinite: 'allow' });
  const timed = async (steps: number): Promise<{ each: number; bytes: number }> => {
    const start = performance.now();
    const { bytes } = await twin.sweep(dataset, { batchSize, steps });
    return { each: (performance.now() - start) / steps, bytes };
  };
  await timed(warmup);
  const { each } = await timed(warmup);
  // The best of three: what else runs on the machine only slows.
  const steps = Math.max(1, Math.ceil((seconds * 1000) / 3 / each));
  const rounds = [await timed(steps), await timed(steps), await timed(steps)];
  const stepMilliseconds = Math.min(...rounds.map((round) => round.each));
  return {
    batchSize,
    stepMilliseconds,
    examplesPerSecond: (batchSize * 1000) / stepMilliseconds,
    bytes: rounds[0]!.bytes,
  };
}

function tableOf(rows: readonly BatchSizeRow[], advised: number): string {
  const lines = rows.map(({ batchSize, stepMilliseconds, examplesPerSecond, bytes }) => [
    `${batchSize}${batchSize === advised ? ' *' : ''}`,
    stepMilliseconds.toFixed(3),
    examplesPerSecond.toFixed(0),
    (bytes / 2 ** 20).toFixed(1),
  ]);
  const all = [['batch', 'ms a step', 'examples/s', 'MiB'], ...lines];
  const widths = all[0]!.map((_, i) => Math.max(...all.map((line) => line[i]!.length)));
  return all.map((line) => line.map((cell, i) => cell.padStart(widths[i]!)).join('  ')).join('\n');
}

/**
 * Measures training at several batch sizes, one after another, on trainers like the given one, which
 * stays as it is. The advice is about speed and memory alone: larger batches take fewer steps an epoch,
 * and may need another learning rate.
 *
 * @param subject a trainer, or the options of one
 * @param dataset that the run will train on
 * @throws ThalwegError RANGE, TYPE, SHAPE, UNKNOWN_OPTION, BUSY, DISPOSED; MEMORY where no size fits
 * @example
 * const { batchSize, table } = await tune.adviseBatchSize(trainer, train);
 * console.log(table);
 */
export async function adviseBatchSize(
  subject: Subject,
  dataset: Dataset,
  options: BatchSizeOptions = {},
): Promise<BatchSizeAdvice> {
  checkOptions(path, options, ['sizes', 'seconds', 'memoryLimit']);
  const fitting = [64, 128, 256, 512].filter((size) => size <= dataset.length);
  const sizes = checkSizes(
    options.sizes ?? (fitting.length > 0 ? fitting : [dataset.length]),
    dataset.length,
  );
  const positive = { min: 0, openMin: true };
  const seconds = checkNumber(`${path}.seconds`, options.seconds ?? 0.5, positive);
  const limit =
    options.memoryLimit === undefined
      ? Infinity
      : checkNumber(`${path}.memoryLimit`, options.memoryLimit, positive);
  const rows: BatchSizeRow[] = [];
  let failure: ThalwegError | undefined;
  for (const size of sizes) {
    try {
      rows.push(await measure(subject, dataset, size, seconds));
    } catch (error) {
      if (!(error instanceof ThalwegError && error.code === 'MEMORY')) throw error;
      failure = error;
    }
  }
  const allowed = rows.filter(({ bytes }) => bytes <= limit);
  if (allowed.length === 0) throw failure ?? beyond(limit, rows);
  const fastest = Math.max(...allowed.map(({ examplesPerSecond }) => examplesPerSecond));
  const batchSize = allowed
    .filter(({ examplesPerSecond }) => examplesPerSecond >= fastEnough * fastest)
    .reduce((least, row) => Math.min(least, row.batchSize), Infinity);
  return { batchSize, rows, table: tableOf(rows, batchSize) };
}

function beyond(limit: number, rows: readonly BatchSizeRow[]): ThalwegError {
  return new ThalwegError({
    code: 'MEMORY',
    path: `${path}.memoryLimit`,
    received: `a limit of ${limit} bytes`,
    expected: `at least ${Math.min(...rows.map(({ bytes }) => bytes))} bytes, for the smallest size`,
    remedy: 'try smaller sizes, or a smaller model',
  });
}
