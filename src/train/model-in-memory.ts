/** A model with weights in native memory: they are read, replaced, kept in files, and used for predictions. */
import { type Weights, checkWeights } from '../average/weights.js';
import { Dataset } from '../data/dataset.js';
import type { Loss, LossName } from '../loss/loss.js';
import { writeModel } from '../model/file.js';
import {
  type PredictorOptions,
  checkPredictor,
  predictorKeys,
} from '../model/predictor-options.js';
import { Predictor } from '../model/predictor.js';
import { type SaveModelOptions, checkSaving, savingKeys } from '../model/saving.js';
import type { Sequential } from '../nn/sequential.js';
import { checkOneOf, checkOptions, checkPath } from '../options.js';
import { writer } from '../sealed/writer.js';
import { isInstance } from '../values.js';
import {
  readParameters,
  readState,
  readStatistics,
  writeParameters,
  writeState,
  writeStatistics,
} from './parameters.js';
import { type PassOptions, type WeightsOptions, planPrediction } from './passes.js';
import { predictDataset } from './prediction.js';
import type { TrainerHandle } from './trainer-handle.js';
import { type LoadedWeights, readWeights, writeWeights } from './weights.js';

/** The base class of a trainer without its training: a model, the loss that it is for, and its weights. */
export class ModelInMemory<L extends LossName = LossName> implements Disposable {
  /** The model to which the weights belong. */
  readonly model: Sequential;
  /** The loss that training minimises. */
  readonly loss: Loss<L>;
  readonly #handle: TrainerHandle;

  /**
   * Owns the handle: `dispose` also disposes of the handle.
   *
   * @internal
   */
  constructor({ model, loss }: { model: Sequential; loss: Loss<L> }, handle: TrainerHandle) {
    this.model = model;
    this.loss = loss;
    this.#handle = handle;
  }

  /**
   * Computes the model's outputs, [rows, outputs] in one Float32Array. They are logits where the model ends in
   * logits. Calls run one after another, and during a run after the end of its epoch.
   *
   * @param inputs rows × features numbers, one row after another, which are copied before the call returns; or
   * a data set, of which any labels are ignored
   * @throws ThalwegError (as a rejection) DISPOSED, ABORTED, SHAPE, TYPE, DTYPE, DETACHED, RESIZABLE,
   * RANGE, MISSING, UNKNOWN_OPTION
   */
  async predict(inputs: Float32Array | Dataset, options: PassOptions = {}): Promise<Float32Array> {
    const plan = planPrediction(inputs, options, this.model);
    if (isInstance(inputs, Dataset))
      return this.#handle.withShared((trainer) => predictDataset(trainer, inputs, plan));
    const { rows, outputs, batchSize, averaged } = plan;
    const given = this.#handle.isReadable ? inputs : inputs.slice();
    return this.#handle.withShared((trainer) =>
      trainer.predict(given, rows, outputs, batchSize, averaged),
    );
  }

  /**
   * Returns a copy of each parameter, by name.
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
   * Replaces every parameter, by name. The optimizer's state and the average do not change. Where it
   * throws, nothing has changed.
   *
   * @throws ThalwegError MISSING, UNKNOWN_OPTION, SHAPE, TYPE, DTYPE, DETACHED, RESIZABLE, BUSY,
   * DISPOSED
   */
  setParameters(parameters: Readonly<Record<string, Float32Array>>): void {
    writeParameters(this.#handle.getExclusive(), this.model, parameters);
  }

  /**
   * Returns a copy of each running statistic, by name: `batchNorm1.mean`, `batchNorm1.variance`, …
   *
   * @param options `weights`: `'averaged'` returns the statistics that {@link Trainer.refreshStatistics}
   * computed for the averaged weights, until training goes on. Without such statistics it returns those of the
   * run, as the default `'raw'` does
   * @throws ThalwegError BUSY, DISPOSED, MISSING, RANGE, TYPE, UNKNOWN_OPTION
   */
  statistics(options: WeightsOptions = {}): Record<string, Float32Array> {
    const trainer = this.#handle.getShared();
    checkOptions('statistics', options, ['weights']);
    const weights = checkWeights('statistics.weights', options.weights);
    return readStatistics(trainer, this.model, weights);
  }

  /**
   * Replaces every running statistic, by name. Where it throws, nothing has changed.
   *
   * @throws ThalwegError as {@link Trainer.setParameters}
   */
  setStatistics(statistics: Readonly<Record<string, Float32Array>>): void {
    writeStatistics(this.#handle.getExclusive(), this.model, statistics);
  }

  /**
   * Writes the weights and running statistics as a safetensors file. The write is atomic: a crash leaves
   * the old file or the new one. The file's metadata state whether the weights are raw or averaged.
   *
   * @throws ThalwegError (as a rejection) DISPOSED, NO_SPACE, MISSING, RANGE, TYPE, UNKNOWN_OPTION; or
   * another error of the file system
   */
  async saveWeights(file: string, options: WeightsOptions = {}): Promise<void> {
    checkOptions('saveWeights', options, ['weights']);
    checkPath('file', file);
    const weights = checkWeights('saveWeights.weights', options.weights);
    const arrays = await this.copyState(weights);
    await writeWeights(file, this.model, arrays, weights);
  }

  /**
   * Writes a model file: architecture, weights, running statistics and loss, with checksums of every byte.
   * {@link Trainer.load}, `Predictor.load` and `nn.load` read it. It is a safetensors file, and the write is
   * atomic. During a run it waits for the end of the epoch, as `predict` does. A dropout rate that is a function
   * of the caller's is not kept.
   *
   * @param file by custom its name ends in `.thalweg`
   * @throws ThalwegError (as a rejection) DISPOSED, MISSING, NO_SPACE, PERMISSION, RANGE, TYPE, SHAPE,
   * DUPLICATE, MISMATCH, UNKNOWN_OPTION; or another error of the file system. A present file then stays as it was
   */
  async saveModel(file: string, options: SaveModelOptions = {}): Promise<void> {
    checkPath('file', file);
    checkOptions('saveModel', options, savingKeys);
    const given = { ...checkSaving('saveModel', options, this), writer: writer() };
    const arrays = await this.copyState(given.weights);
    await writeModel(file, { model: this.model, loss: this.loss, ...given }, arrays);
  }

  /**
   * Makes a {@link Predictor} of a copy of the present weights, which later training does not change. During a run
   * it waits for the end of the epoch.
   *
   * @param options those of {@link Predictor.load} and {@link Trainer.saveModel}
   * @throws ThalwegError (as a rejection) as these two
   */
  async predictor(options: PredictorOptions & SaveModelOptions = {}): Promise<Predictor> {
    checkOptions('predictor', options, [...predictorKeys, ...savingKeys]);
    const { weights, ...labels } = checkSaving('predictor', options, this);
    const settings = checkPredictor(options);
    const arrays = await this.copyState(weights);
    return new Predictor({ model: this.model, loss: this.loss, ...labels, arrays }, settings);
  }

  /**
   * Reads weights from a file of {@link Trainer.saveWeights}, a model file or a checkpoint. The optimizer's
   * state does not change. Files of other programs may hold the weights in F16, BF16 or F64; they become float32. The
   * values of tensors that the model lacks are not read. Where it rejects, nothing has changed.
   *
   * @param options `match`: `'exact'` requires all tensors of the model and no other. `'overlap'` takes the
   * tensors whose name and shape the model has, as a warm start from another model. Default `'exact'`
   * @returns the names of the tensors that were loaded, kept and unused
   * @throws ThalwegError (as a rejection) MISSING, MISMATCH, BUSY, DISPOSED, RANGE at a number beyond float32,
   * or as `io.readSafetensors`
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

  /**
   * Returns copies of all parameters and statistics, by name. During a run it waits for the end of the epoch.
   *
   * @internal
   */
  async copyState(weights: Weights): Promise<Record<string, Float32Array>> {
    return this.#handle.withShared((trainer) =>
      Promise.resolve(readState(trainer, this.model, weights)),
    );
  }

  /** Stops a running job and frees all memory. Later calls throw DISPOSED. */
  dispose(): void {
    this.#handle.dispose();
  }

  /**
   * Calls {@link Trainer.dispose} at the end of a `using` block.
   *
   * @hidden
   */
  [Symbol.dispose](): void {
    this.dispose();
  }
}
