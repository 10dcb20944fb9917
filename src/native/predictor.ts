/** Types of the addon's predictor; native/napi/predictor/predictor.cc. */
import type { NativeLayer } from './layer.js';

/** Options of `new native.Predictor`. */
export interface NativePredictorOptions {
  /** The ops of the model, and those that turn its outputs into probabilities. */
  readonly layers: readonly NativeLayer[];
  /** The number of ops that make the outputs. */
  readonly outputLayers: number;
  readonly device: string;
  /** The most bytes that the predictor may hold; without a limit where absent. */
  readonly memoryLimit?: number | undefined;
  /** The values of all parameters in their order; copied. */
  readonly parameters: readonly Float32Array[];
  /** The values of all running statistics in their order; copied. */
  readonly statistics: readonly Float32Array[];
}

/** A model that serves predictions, and its thread, which runs one job at a time. */
export interface NativePredictor {
  /** Computes the outputs, or the probabilities, of whole rows in batches. */
  predict(inputs: Float32Array, batchSize: number, probabilities: boolean): Promise<Float32Array>;
  /** Computes one row on this thread, also during a job. */
  predictRow(inputs: Float32Array, outputs: Float32Array, probabilities: boolean): void;
  /** Throws RANGE where an embedding cannot read the rows. */
  checkInputs(inputs: Float32Array): void;
  /** Returns the native memory in bytes; during a job as it was before. */
  bytes(): number;
  cancel(): void;
  dispose(): void;
}
