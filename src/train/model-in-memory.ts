/** A model whose weights lie in native memory: read, replaced, kept in files, and used to predict. */
import { checkWeights } from '../average/weights.js';
import type { Sequential } from '../nn/sequential.js';
import { checkOneOf, checkOptions, checkPath } from '../options.js';
import {
  readParameters,
  readState,
  readStatistics,
  writeParameters,
  writeState,
  writeStatistics,
} from './parameters.js';
import { type PassOptions, type WeightsOptions, planPrediction } from './passes.js';
import type { TrainerHandle } from './trainer-handle.js';
import { type LoadedWeights, readWeights, writeWeights } from './weights.js';

/** What a trainer is without its training: a model, and weights of its own. */
export class ModelInMemory implements Disposable {
  /** The model whose weights these are. */
  readonly model: Sequential;
  readonly #handle: TrainerHandle;

  /**
   * Takes the handle over: disposing of this disposes of it.
   *
   * @internal
   */
  constructor(model: Sequential, handle: TrainerHandle) {
    this.model = model;
    this.#handle = handle;
  }

  /**
   * The model's outputs, [rows, outputs] in one Float32Array: logits, where it ends in logits. Any number
   * of calls may wait for each other, and during a run for the end of its epoch.
   *
   * @param inputs rows × features, one row after another; copied before this returns
   * @throws ThalwegError (as a rejection) DISPOSED, ABORTED, SHAPE, TYPE, DTYPE, DETACHED, RESIZABLE,
   * RANGE, MISSING, UNKNOWN_OPTION
   */
  async predict(inputs: Float32Array, options: PassOptions = {}): Promise<Float32Array> {
    const { rows, outputs, batchSize, averaged } = planPrediction(inputs, options, this.model);
    const given = this.#handle.isReadable ? inputs : inputs.slice();
    return this.#handle.withShared((trainer) =>
      trainer.predict(given, rows, outputs, batchSize, averaged),
    );
  }

  /**
   * A copy of each parameter, by name.
   *
   * @throws ThalwegError BUSY, DISPOSED, MISSING, RANGE, TYPE, UNKNOWN_OPTION
   */
  parameters(options: WeightsOptions = {}): Record<string, Float32Array> {
    const trainer = this.#handle.getShared();
    checkOptions('parameters', options, ['weights']);
    const weights = checkWeights('parameters.weights', options.weights);
    return readParameters(trainer, this.model, weights);
  }

  /**
   * Replaces every parameter, by name; optimizer state and average stay as they are.
   *
   * @throws ThalwegError MISSING, UNKNOWN_OPTION, SHAPE, TYPE, DTYPE, DETACHED, RESIZABLE, BUSY,
   * DISPOSED; nothing changed then
   */
  setParameters(parameters: Readonly<Record<string, Float32Array>>): void {
    writeParameters(this.#handle.getExclusive(), this.model, parameters);
  }

  /**
   * A copy of each running statistic, by name: `batchNorm1.mean`, `batchNorm1.variance`, …
   *
   * @param options `weights`: of the averaged weights those that {@link Trainer.refreshStatistics}
   * gave them, until training goes on; else the run's, which serve both. Default `'raw'`
   * @throws ThalwegError BUSY, DISPOSED, MISSING, RANGE, TYPE, UNKNOWN_OPTION
   */
  statistics(options: WeightsOptions = {}): Record<string, Float32Array> {
    const trainer = this.#handle.getShared();
    checkOptions('statistics', options, ['weights']);
    const weights = checkWeights('statistics.weights', options.weights);
    return readStatistics(trainer, this.model, weights);
  }

  /**
   * Replaces every running statistic, by name.
   *
   * @throws ThalwegError as {@link Trainer.setParameters}; nothing changed then
   */
  setStatistics(statistics: Readonly<Record<string, Float32Array>>): void {
    writeStatistics(this.#handle.getExclusive(), this.model, statistics);
  }

  /**
   * Writes the weights and running statistics as a safetensors file, atomically: a crash leaves the
   * old file or the new.
   *
   * The file's metadata say which weights they are.
   *
   * @throws ThalwegError (as a rejection) DISPOSED, NO_SPACE, MISSING, RANGE, TYPE, UNKNOWN_OPTION; or
   * another error of the file system
   */
  async saveWeights(file: string, options: WeightsOptions = {}): Promise<void> {
    checkOptions('saveWeights', options, ['weights']);
    checkPath('file', file);
    const weights = checkWeights('saveWeights.weights', options.weights);
    const arrays = await this.#handle.withShared((trainer) =>
      Promise.resolve(readState(trainer, this.model, weights)),
    );
    await writeWeights(file, this.model, arrays, weights);
  }

  /**
   * Reads weights that {@link Trainer.saveWeights} wrote, or those of a checkpoint; optimizer state
   * stays as it is. Files of other makers may hold them in F16, BF16 or F64, too: they become float32. Of tensors that the
   * model lacks nothing is read.
   *
   * @param options `match: 'overlap'`: takes the tensors whose name and shape the model has too, as a
   * warm start from another model; default `'exact'`: all of them, and no other
   * @throws ThalwegError (as a rejection) MISSING, MISMATCH, BUSY, DISPOSED, RANGE at a number beyond float32, or as
   * `io.readSafetensors`; nothing changed then
   */
  async loadWeights(
    file: string,
    options: { readonly match?: 'exact' | 'overlap' } = {},
  ): Promise<LoadedWeights> {
    checkOptions('loadWeights', options, ['match']);
    const match = checkOneOf('loadWeights.match', options.match ?? 'exact', ['exact', 'overlap']);
    checkPath('file', file);
    const { values, ...names } = await readWeights(file, this.model, match);
    const trainer = this.#handle.getExclusive();
    writeState(trainer, this.model, { ...readState(trainer, this.model), ...values });
    return names;
  }

  /** Stops what runs, frees all memory; later calls throw DISPOSED. */
  dispose(): void {
    this.#handle.dispose();
  }

  /** Calls {@link Trainer.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
