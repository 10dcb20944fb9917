/** Measures training at several batch sizes, and recommends one. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOptions, wrongType } from '../options.js';
import { checkList, isList } from '../values.js';
import { type Subject, optionsOf, twinOf } from './twin.js';

/** Options of {@link adviseBatchSize}. */
export interface BatchSizeOptions {
  /** The batch sizes to measure, each an integer, at least 1. Default 64, 128, 256, 512. */
  readonly sizes?: readonly number[];
  /** Seconds to measure each size, greater than 0, at most 3600. Default 0.5. */
  readonly seconds?: number;
  /** The most bytes of native memory of the trainer; larger sizes are not recommended. Default no limit. */
  readonly memoryLimit?: number;
}

/** The measurements of one batch size. */
export interface BatchSizeRow {
  /** The rows of one step. */
  readonly batchSize: number;
  /** The time of one step in milliseconds. */
  readonly stepMilliseconds: number;
  /** Rows trained per second. */
  readonly examplesPerSecond: number;
  /** Native memory of the trainer in bytes, without the data set. */
  readonly bytes: number;
}

/** The measurements of all batch sizes, and the recommended size. */
export interface BatchSizeAdvice {
  /** The smallest size within the limit that is at least 0.9 times as fast as the fastest. */
  readonly batchSize: number;
  /** The measurements in the order of the sizes, without sizes for which the memory is too small. */
  readonly rows: readonly BatchSizeRow[];
  /** The measurements as a table of text, with a line for each size. */
  readonly table: string;
}

const path = 'adviseBatchSize';
/** A size is fast enough at this share of the highest speed: a larger one would mean fewer steps for little gain. */
const fastEnough = 0.9;
/** The most seconds to measure each size. */
const longest = 3600;
/** The number of steps before the measurement. They are slower, because they allocate, prepare and record. */
const warmup = 3;

function checkSizes(sizes: unknown, rows: number): readonly number[] {
  const at = `${path}.sizes`;
  if (!isList(sizes) || sizes.length === 0)
    throw wrongType(at, sizes, 'an array of at least one size');
  return checkList(at, sizes, '', (each, size) =>
    checkNumber(each, size, { min: 1, max: rows, integer: true }),
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
  // The best of three rounds counts, because other programs on the machine only slow a round down.
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
 * Measures training at several batch sizes, one after another, on copies of the given trainer, which does
 * not change. The advice considers only speed and memory: larger batches take fewer steps per epoch, and
 * may need another learning rate.
 *
 * @param subject a trainer, or the options of one
 * @param dataset the data set of the run
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
  optionsOf(subject);
  nativeDataset(dataset);
  const fitting = [64, 128, 256, 512].filter((size) => size <= dataset.length);
  const sizes = checkSizes(
    options.sizes ?? (fitting.length > 0 ? fitting : [dataset.length]),
    dataset.length,
  );
  const positive = { min: 0, openMin: true };
  const seconds = checkNumber(`${path}.seconds`, options.seconds ?? 0.5, {
    ...positive,
    max: longest,
  });
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
