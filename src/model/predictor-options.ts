/** The options of a predictor and of its calls. */
import type { DeviceName } from '../device.js';
import { resolveDevice } from '../device.js';
import { checkMemoryLimit } from '../machine/memory-limit.js';
import { checkNumber, checkOptions } from '../options.js';
import { type ByteScaling, byteTable } from './rows.js';

/** Options of {@link Predictor.load} and {@link Trainer.predictor}. */
export interface PredictorOptions {
  /** The device; see {@link TrainerOptions}. Default `'cpu'`, which answers single rows soonest. */
  readonly device?: DeviceName;
  /** The most rows that are computed at once, an integer, at least 1. Default 256. */
  readonly batchSize?: number;
  /**
   * The most milliseconds that a call waits for others to join its batch, at least 0. While a batch runs, calls
   * join the next one in any case. Default 0.
   */
  readonly maxWait?: number;
  /** The factor and the term by which bytes become numbers, as in `data.fromArrays`. Default x itself. */
  readonly bytes?: ByteScaling;
  /** The most bytes that the predictor may hold, an integer, at least 1. Default the memory of the machine. */
  readonly memoryLimit?: number;
}

/** Options of a call of a {@link Predictor}. */
export interface PredictOptions {
  /** A signal that ends this call with ABORTED; other calls of the same batch go on. Default none. */
  readonly signal?: AbortSignal;
}

/** Options of {@link Predictor.classify}. */
export interface ClassifyOptions extends PredictOptions {
  /** The number of classes to name for each row, an integer from 1 to all. Default 1. */
  readonly top?: number;
}

/** The names of the options of a predictor. */
export const predictorKeys = ['device', 'batchSize', 'maxWait', 'bytes', 'memoryLimit'];

/** The checked options of a predictor. */
export interface PredictorSettings {
  readonly device: DeviceName;
  readonly batchSize: number;
  readonly maxWait: number;
  /** The number of each byte. */
  readonly bytes: Float32Array;
  readonly memoryLimit: number | undefined;
}

/** The longest time of a timer in Node.js, in milliseconds. */
const longestWait = 2 ** 31 - 1;

/** Checks the options of a predictor. */
export function checkPredictor(options: PredictorOptions): PredictorSettings {
  const { device = 'cpu', batchSize = 256, maxWait = 0, bytes } = options;
  checkOptions('predictor.bytes', bytes, ['scale', 'offset']);
  const resolved = resolveDevice(device);
  return {
    device: resolved,
    batchSize: checkNumber('predictor.batchSize', batchSize, { min: 1, integer: true }),
    maxWait: checkNumber('predictor.maxWait', maxWait, { min: 0, max: longestWait }),
    bytes: byteTable(bytes ?? {}),
    memoryLimit: checkMemoryLimit('predictor.memoryLimit', options.memoryLimit, resolved),
  };
}
