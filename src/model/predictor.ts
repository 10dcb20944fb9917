/** A trained model that serves predictions: it has weights, and nothing of training. */
import { checkSignal } from '../abort.js';
import { Dataset } from '../data/dataset.js';
import type { DeviceName } from '../device.js';
import { ThalwegError } from '../errors.js';
import { type NativePredictor, native } from '../native.js';
import { elements, sameSize } from '../nn/layer.js';
import type { Sequential } from '../nn/sequential.js';
import { checkNumber, checkOptions, checkPath } from '../options.js';
import { isInstance } from '../values.js';
import { Batcher } from './batcher.js';
import { type Classification, classify } from './classification.js';
import { predictDataset } from './dataset-rows.js';
import type { ModelContent, Preprocessing } from './document.js';
import { type Arrays, readModel } from './file.js';
import { type OutputKind, classCount, outputKindOf } from './outputs.js';
import {
  type ClassifyOptions,
  type PredictOptions,
  type PredictorOptions,
  type PredictorSettings,
  checkPredictor,
  predictorKeys,
} from './predictor-options.js';
import { type PredictorInputs, toRow, toRows } from './rows.js';

/** A model with its weights, from a file or a trainer. */
type PredictorModel = Omit<ModelContent, 'weights' | 'writer'> & { readonly arrays: Arrays };

/**
 * Computes predictions of a trained model. It holds the weights and the numbers of one batch, and neither
 * gradients nor optimizer state. Any number of calls may wait at once: they are computed together, on a thread
 * of the predictor's own. It works in worker threads, and while trainers train. It owns native memory: call
 * `dispose`, or declare it with `using`.
 *
 * @example
 * const predictor = await Predictor.load('digits.thalweg');
 * const [{ label, probability }] = await predictor.classify(image);
 */
export class Predictor implements Disposable {
  /** The architecture. */
  readonly model: Sequential;
  /** The meaning of the outputs. */
  readonly outputKind: OutputKind;
  /** The names of the classes or labels; undefined where they are not known. */
  readonly classes: readonly string[] | undefined;
  /** The steps that turn raw data into inputs, as the model file has them. The predictor does not apply them. */
  readonly preprocessing: Preprocessing | undefined;
  /** The device in use; `'auto'` is resolved. */
  readonly device: DeviceName;
  readonly #shape: readonly number[];
  readonly #features: number;
  readonly #outputs: number;
  readonly #settings: PredictorSettings;
  readonly #batcher: Batcher;
  #native: NativePredictor | undefined;

  /**
   * Use {@link Predictor.load} or `trainer.predictor()`.
   *
   * @internal
   */
  constructor(from: PredictorModel, settings: PredictorSettings) {
    const { model, loss, classes, preprocessing } = from;
    this.model = model;
    this.outputKind = outputKindOf(loss);
    this.classes = classes;
    this.preprocessing = preprocessing;
    this.device = settings.device;
    this.#shape = model.input;
    this.#features = elements(model.input);
    this.#outputs = elements(model.outputShape);
    this.#settings = settings;
    this.#native = makeNative(from, settings);
    const { batchSize, maxWait } = settings;
    const sizes = { features: this.#features, outputs: this.#outputs };
    this.#batcher = new Batcher(this.#native, { batchSize, maxWait, ...sizes });
  }

  /**
   * Makes a predictor of a model file, whose every checksum it verifies.
   *
   * @param file a file that `trainer.saveModel` has written
   * @throws ThalwegError (as a rejection) FORMAT, CHECKSUM, VERSION, MISMATCH, NO_DEVICE, RANGE, TYPE, MEMORY,
   * UNKNOWN_OPTION, and as `io.readSafetensors`
   */
  static async load(file: string, options: PredictorOptions = {}): Promise<Predictor> {
    checkPath('file', file);
    checkOptions('predictor', options, predictorKeys);
    const settings = checkPredictor(options);
    return new Predictor(await readModel(file, { inference: true }), settings);
  }

  /** The native memory in bytes: the weights, and the numbers of the largest batch so far. */
  get memory(): number {
    return this.#live().bytes();
  }

  /**
   * Computes the model's outputs, [rows, outputs] in one Float32Array. They are logits for a model of classes
   * or labels, and the values themselves for a model of values.
   *
   * @param inputs rows, which are copied before the call returns, or a data set
   * @throws ThalwegError (as a rejection) ABORTED, DISPOSED, SHAPE, TYPE, DTYPE, RANGE, RANK, OVERFLOW,
   * DETACHED, RESIZABLE, MEMORY, UNKNOWN_OPTION
   */
  async predict(
    inputs: PredictorInputs | Dataset,
    options: PredictOptions = {},
  ): Promise<Float32Array> {
    checkOptions('predict', options, ['signal']);
    return this.#call(inputs, false, checkSignal('predict.signal', options.signal));
  }

  /**
   * Computes the probabilities of classes (which add up to 1) or labels (each by itself), [rows, outputs].
   *
   * @throws ThalwegError (as a rejection) as {@link Predictor.predict}; MISMATCH for a model of values
   */
  async probabilities(
    inputs: PredictorInputs | Dataset,
    options: PredictOptions = {},
  ): Promise<Float32Array> {
    checkOptions('probabilities', options, ['signal']);
    this.#refuseValues('probabilities');
    return this.#call(inputs, true, checkSignal('probabilities.signal', options.signal));
  }

  /**
   * Returns the likeliest class of each row, with its name and probability. A model of one label tells class 0
   * from class 1.
   *
   * @param options `top`: the number of classes to name for each row
   * @throws ThalwegError (as a rejection) as {@link Predictor.probabilities}
   */
  async classify(
    inputs: PredictorInputs | Dataset,
    options: ClassifyOptions = {},
  ): Promise<Classification[]> {
    const { top, signal } = this.#checkClassify(options);
    return this.#named(await this.#call(inputs, true, signal), top);
  }

  /**
   * Computes the outputs of one row on this thread, without waiting for any other call.
   *
   * @throws ThalwegError as {@link Predictor.predict}; SHAPE for several rows
   */
  predictSync(inputs: PredictorInputs): Float32Array {
    return this.#row(inputs, false);
  }

  /**
   * Computes the probabilities of one row on this thread.
   *
   * @throws ThalwegError as {@link Predictor.probabilities}; SHAPE for several rows
   */
  probabilitiesSync(inputs: PredictorInputs): Float32Array {
    this.#refuseValues('probabilitiesSync');
    return this.#row(inputs, true);
  }

  /**
   * Returns the likeliest class of one row, computed on this thread.
   *
   * @throws ThalwegError as {@link Predictor.classify}; SHAPE for several rows
   */
  classifySync(
    inputs: PredictorInputs,
    options: Omit<ClassifyOptions, 'signal'> = {},
  ): Classification {
    const { top } = this.#checkClassify(options);
    return this.#named(this.#row(inputs, true), top)[0]!;
  }

  /** Ends all calls with DISPOSED, and frees all memory. */
  dispose(): void {
    const handle = this.#native;
    if (handle === undefined) return;
    this.#native = undefined;
    this.#batcher.close(disposed());
    handle.dispose();
  }

  /** Calls {@link Predictor.dispose} at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #live(): NativePredictor {
    if (this.#native === undefined) throw disposed();
    return this.#native;
  }

  async #call(
    inputs: PredictorInputs | Dataset,
    probabilities: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Float32Array> {
    const handle = this.#live();
    const call = (rows: Float32Array): Promise<Float32Array> => {
      handle.checkInputs(rows); // one wrong row must not end the other calls of its batch
      return this.#batcher.call(rows, probabilities, signal);
    };
    if (!isInstance(inputs, Dataset))
      return call(toRows(inputs, this.#shape, this.#settings.bytes));
    const { batchSize } = this.#settings;
    const sizes = { features: this.#features, outputs: this.#outputs, batchSize };
    return predictDataset(inputs, sizes, call);
  }

  #row(inputs: PredictorInputs, probabilities: boolean): Float32Array {
    const handle = this.#live();
    const outputs = new Float32Array(this.#outputs);
    handle.predictRow(toRow(inputs, this.#shape, this.#settings.bytes), outputs, probabilities);
    return outputs;
  }

  #refuseValues(path: string): void {
    if (this.outputKind !== 'values') return;
    throw new ThalwegError({
      code: 'MISMATCH',
      path,
      received: 'a model of values',
      expected: 'a model that was trained with softmaxCrossEntropy or sigmoidCrossEntropy',
      remedy: 'use predict',
    });
  }

  #checkClassify(options: ClassifyOptions): { top: number; signal: AbortSignal | undefined } {
    checkOptions('classify', options, ['top', 'signal']);
    this.#refuseValues('classify');
    const max = classCount(this.outputKind, this.#outputs);
    const top = checkNumber('classify.top', options.top ?? 1, { min: 1, max, integer: true });
    return { top, signal: checkSignal('classify.signal', options.signal) };
  }

  #named(probabilities: Float32Array, top: number): Classification[] {
    const reading = { kind: this.outputKind, classes: this.classes, top };
    return classify(probabilities, this.#outputs, reading);
  }
}

function disposed(): ThalwegError {
  return new ThalwegError({
    code: 'DISPOSED',
    path: 'predictor',
    received: 'a disposed predictor',
    expected: 'a live predictor',
    remedy: 'load the model again',
  });
}

/** Returns the ops of the model, behind which stand those of its probabilities. */
function opsOf(model: Sequential, kind: OutputKind) {
  const program = model.lower();
  const outputLayers = program.ops.length;
  const place = sameSize(model.outputShape, outputLayers);
  // The loss takes all outputs of a row together.
  const columns = elements(model.outputShape);
  if (kind === 'classes') program.add('softmax', place, { columns });
  if (kind === 'labels') program.add('activation', place, { activation: 'sigmoid', slope: 0 });
  return { layers: program.ops, outputLayers };
}

function makeNative(
  { model, loss, arrays }: PredictorModel,
  { device, memoryLimit }: PredictorSettings,
): NativePredictor {
  return new native.Predictor({
    ...opsOf(model, outputKindOf(loss)),
    device,
    memoryLimit,
    parameters: model.parameters.map(({ name }) => arrays[name]!),
    statistics: model.statistics.map(({ name }) => arrays[name]!),
  });
}
