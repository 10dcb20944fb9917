/** The trainer: a model, a loss and an optimizer bound to memory and a native loop. */
import { checkArray } from '../arrays.js';
import {
  type WeightAverage,
  type Weights,
  averageScalars,
  checkAverage,
  lowerAverage,
} from '../average/weights.js';
import { checkPath } from '../checkpoint/folder.js';
import {
  type Resumed,
  type ResumeOptions,
  resumeFrom,
  saveCheckpoint,
} from '../checkpoint/resume.js';
import { type TrainerDescription, describeTrainer } from '../checkpoint/state.js';
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { checkSeed } from '../data/order.js';
import { resolveDevice } from '../device.js';
import { ThalwegError } from '../errors.js';
import { type Loss, toLoss } from '../loss/loss.js';
import { checkMetrics } from '../metrics/measure.js';
import type { Measured, Metric } from '../metrics/requests.js';
import { type NativeTrainer, native } from '../native.js';
import { dropoutSettings } from '../nn/dropout.js';
import { initialDistribution } from '../nn/initializer.js';
import { elements } from '../nn/layer.js';
import type { Sequential } from '../nn/sequential.js';
import { checkBoolean, checkOneOf, checkOptions, requireOptions } from '../options.js';
import { type Optimizer, checkOptimizer } from '../optim/define.js';
import type { FullBatchMethod } from '../optim/full-batch.js';
import type { MinimizeHistory } from '../optim/minimize-options.js';
import { StepSettings } from '../optim/settings.js';
import { checkBatch } from './batches.js';
import { evaluate, evaluationBatch } from './evaluation.js';
import { Fit } from './fit.js';
import type { EpochRecord, WeightedEvaluation } from './history.js';
import { checkLeastBatch, fittingBatch } from './least-batch.js';
import { checkMemoryLimit } from './limits.js';
import { type TrainerMinimizeOptions, minimizeLoss, planTrainerMinimize } from './minimize.js';
import {
  type FitOptions,
  type TrainerOptions,
  checkDataset,
  checkModel,
  checkWeights,
  planFit,
} from './options.js';
import { type Sweep, type SweepPlan, sweep } from './sweep.js';
import {
  readParameters,
  readState,
  readStatistics,
  writeParameters,
  writeState,
  writeStatistics,
} from './parameters.js';
import { newRecord } from './record.js';
import { type RunContext, TrainingRun } from './training-run.js';
import { type LoadedWeights, readWeights, writeWeights } from './weights.js';

/** What {@link Trainer.gradients} gives. */
export interface LossGradients {
  /** Mean over the rows. */
  readonly loss: number;
  /** Of the mean loss, by parameter name, each as long as its parameter. */
  readonly gradients: Record<string, Float32Array>;
}

/** Options of what reads a trainer's weights. */
export interface WeightsOptions {
  /** The latest weights, or their average, which must have begun. Default `'raw'`. */
  readonly weights?: Weights;
}

/** Options of passes over rows. */
export interface PassOptions extends WeightsOptions {
  /** Rows a pass, which changes speed and memory only; an integer, at least 1. Default 512. */
  readonly batchSize?: number;
}

/** Options of {@link Trainer.evaluate}. */
export interface EvaluateOptions<
  M extends readonly Metric[] = readonly Metric[],
> extends PassOptions {
  /** What to measure besides the loss. Default nothing. */
  readonly metrics?: M;
}

/** The values of the metrics that were asked for, by name. */
export interface MeasuredMetrics<M extends readonly Metric[]> {
  /** Each as its metric gives it. */
  readonly metrics: Measured<M>;
}

/** An {@link Evaluation} with the values of the metrics that were asked for. */
export type MeasuredEvaluation<M extends readonly Metric[]> = Omit<WeightedEvaluation, 'metrics'> &
  (M extends readonly [] ? unknown : MeasuredMetrics<M>);

const passKeys = ['batchSize', 'weights'];
const trainerKeys = [
  ...['model', 'loss', 'optimizer', 'clip', 'nonFinite', 'average', 'device', 'seed'],
  'memoryLimit',
];

/**
 * Trains a model, natively, on a thread of its own. Owns native memory: dispose of it, or declare
 * it with `using`.
 *
 * @example
 * const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
 * const history = await trainer.fit(digits.train, { epochs: 5, batchSize: 128 });
 */
export class Trainer implements Disposable {
  /** The model being trained. */
  readonly model: Sequential;
  /** The loss being minimised. */
  readonly loss: Loss;
  /** The optimizer's description. */
  readonly optimizer: Optimizer;
  /** What is averaged of the weights, if anything. */
  readonly average: WeightAverage | undefined;
  /** The device in use: as the option, with `'auto'` resolved. */
  readonly device: string;
  /** Seed of initial weights, shuffles and dropout. */
  readonly seed: bigint;
  /** What it was made with: `new Trainer(trainer.options)` makes its like, untrained. */
  readonly options: TrainerOptions;
  readonly #settings: StepSettings;
  #native: NativeTrainer | undefined;
  #busy = false;
  readonly #record = newRecord();
  readonly #description: TrainerDescription;

  /** @throws ThalwegError RANGE, TYPE, SEED, MISMATCH, NO_DEVICE, MEMORY, UNKNOWN_OPTION */
  constructor(options: TrainerOptions) {
    requireOptions('trainer', options, trainerKeys);
    const { clip, nonFinite } = options;
    this.options = Object.freeze({ ...options });
    this.loss = toLoss(options.loss);
    this.model = checkModel(options.model, this.loss);
    this.optimizer = checkOptimizer(options.optimizer);
    this.average = options.average === undefined ? undefined : checkAverage(options.average);
    this.device = resolveDevice(options.device ?? 'auto');
    this.seed = checkSeed('seed', options.seed ?? 0);
    const memoryLimit = checkMemoryLimit('memoryLimit', options.memoryLimit, this.device);
    const program = this.model.lower();
    const average = lowerAverage(this.average);
    const around = {
      ...(clip === undefined ? {} : { clip }),
      ...(nonFinite === undefined ? {} : { nonFinite }),
    };
    this.#settings = new StepSettings(this.optimizer, around, {
      reportNorm: nonFinite !== 'allow', // for the events: the gradient is read anyway
      tail: [average.decay, ...dropoutSettings(program)],
    });
    const { parameters } = this.model;
    const groups = parameters.map(({ name }) => this.#settings.groupOf(name));
    this.#description = describeTrainer({
      ...{ model: this.model, loss: this.loss, rule: this.#settings.rule.name, groups },
      ...{ seed: String(this.seed), optimizer: this.optimizer, clip: clip ?? {} },
      ...{ nonFinite: nonFinite ?? 'stop', average: this.average ?? null, device: this.device },
    });
    this.#native = new native.Trainer({
      rule: this.#settings.rule.name,
      groupCount: this.#settings.groupCount,
      names: parameters.map(({ name }) => name),
      lengths: parameters.map(({ shape }) => elements(shape)),
      groups,
      layers: program.ops,
      initials: parameters.map(({ initializer, fanIn, fanOut }) =>
        initialDistribution(initializer, fanIn, fanOut),
      ),
      statistics: this.model.statistics.map(({ name, shape, initial }) => ({
        name,
        length: elements(shape),
        initial,
      })),
      loss: this.loss.kind,
      lossParameter: this.loss.delta,
      average: average.native,
      device: this.device,
      seed: this.seed,
      memoryLimit,
    });
  }

  /** Steps taken so far, over all runs. */
  get steps(): number {
    return this.#record.steps;
  }

  /** How many weights the average has seen so far; 0 where none is kept. */
  get averaged(): number {
    return this.#record.averaged;
  }

  /** Epochs finished so far, over all runs; each new run continues the count. */
  get epochs(): number {
    return this.#record.history.length;
  }

  /** Records of the finished epochs, over all runs: what schedules such as `plateau` look at. */
  get history(): readonly EpochRecord[] {
    return [...this.#record.history];
  }

  /**
   * Trains for some epochs. Each epoch visits every row once, in an order that is a pure function
   * of seed and epoch.
   *
   * @returns a {@link Fit}: await it for the {@link History}, or iterate it for events
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, SHAPE, RANGE, NONFINITE, EMPTY_EPOCH
   */
  fit(dataset: Dataset, options: FitOptions): Fit {
    return new Fit(async (emit) => {
      this.#live();
      const plan = planFit(dataset, options, this, this.#settings);
      return this.#lease((trainer) => new TrainingRun(this.#context(trainer), plan, emit).run());
    });
  }

  /**
   * Lowers the mean loss of a whole data set by a method with a line search: the baseline that needs
   * no rate, for small data sets and models. Gradients are native, of all rows at every evaluation,
   * in passes of `batchSize` rows, without dropout; optimizer, steps and history stay as they are.
   *
   * @param method `optim.lbfgs()` or `optim.gradientDescent()`
   * @returns every iteration, and why it ended: by `signal`, with reason `'aborted'`. The weights are
   * those of the last iteration, also after an error
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, SHAPE, TYPE, RANGE, UNKNOWN_OPTION,
   * NONFINITE where the loss is no number at the present weights
   * @example
   * const { value } = await trainer.minimize(digits.train, optim.lbfgs(), { iterations: 50 });
   */
  async minimize(
    dataset: Dataset,
    method: FullBatchMethod,
    options: TrainerMinimizeOptions = {},
  ): Promise<MinimizeHistory> {
    this.#live();
    const plan = planTrainerMinimize(dataset, method, options, this);
    return this.#lease((trainer) => minimizeLoss(trainer, this.#context(trainer), plan));
  }

  /**
   * Takes some steps outside of any run, for what only tries things out: the loss of each.
   *
   * @internal
   */
  async sweep(dataset: Dataset, plan: SweepPlan): Promise<Sweep> {
    checkDataset('dataset', dataset, this);
    return this.#lease((trainer) => sweep(trainer, dataset, plan, this.#settings));
  }

  /**
   * Mean loss over a data set, accuracy where the loss has one, and the metrics asked for: counted
   * natively as the outputs come, the same at every batch size as far as the outputs are.
   *
   * @param options `metrics`: names and `metrics.topK(5)`, `metrics.f1({ average })`, …
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, ABORTED, SHAPE, TYPE, RANGE, MISMATCH,
   * MISSING, DUPLICATE, UNKNOWN_OPTION
   * @example
   * const { metrics } = await trainer.evaluate(test, { metrics: ['f1', 'confusionMatrix'] });
   * console.log(metrics.f1, metrics.confusionMatrix[3][5]);
   */
  async evaluate<const M extends readonly Metric[] = readonly []>(
    dataset: Dataset,
    options: EvaluateOptions<M> = {},
  ): Promise<MeasuredEvaluation<M>> {
    checkOptions('evaluate', options, [...passKeys, 'metrics']);
    checkDataset('dataset', dataset, this);
    const batchSize = checkBatch(
      'evaluate.batchSize',
      options.batchSize ?? evaluationBatch,
      dataset.length,
    );
    const outputs = elements(this.model.outputShape);
    const wanted = checkMetrics('evaluate.metrics', options.metrics ?? [], this.loss, outputs);
    const weights = checkWeights('evaluate.weights', options.weights);
    const plan = { loss: this.loss, wanted, batchSize, weights };
    const evaluation = await this.#lease((trainer) => evaluate(trainer, dataset, plan));
    return evaluation as MeasuredEvaluation<M>;
  }

  /**
   * The model's outputs, [rows, outputs] in one Float32Array: logits, where it ends in logits.
   *
   * @param inputs rows × features, one row after another; copied before this returns
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, ABORTED, SHAPE, TYPE, DTYPE, DETACHED,
   * RESIZABLE, RANGE, MISSING, UNKNOWN_OPTION
   */
  async predict(inputs: Float32Array, options: PassOptions = {}): Promise<Float32Array> {
    checkOptions('predict', options, passKeys);
    const averaged = checkWeights('predict.weights', options.weights) === 'averaged';
    checkArray('inputs', inputs, Float32Array);
    const features = elements(this.model.input);
    if (inputs.length % features !== 0)
      throw new ThalwegError({
        code: 'SHAPE',
        path: 'inputs',
        received: `${inputs.length} numbers`,
        expected: `a multiple of the model's ${features} inputs`,
      });
    const rows = inputs.length / features;
    const batchSize = checkBatch(
      'predict.batchSize',
      options.batchSize ?? evaluationBatch,
      Math.max(rows, 1),
    );
    const outputs = elements(this.model.outputShape);
    return this.#lease((trainer) => trainer.predict(inputs, rows, outputs, batchSize, averaged));
  }

  /**
   * A copy of each parameter, by name.
   *
   * @throws ThalwegError BUSY, DISPOSED, MISSING, RANGE, TYPE, UNKNOWN_OPTION
   */
  parameters(options: WeightsOptions = {}): Record<string, Float32Array> {
    const trainer = this.#idle();
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
    writeParameters(this.#idle(), this.model, parameters);
  }

  /**
   * A copy of each running statistic, by name: `batchNorm1.mean`, `batchNorm1.variance`, …
   *
   * @param options `weights`: of the averaged weights those that {@link Trainer.refreshStatistics}
   * gave them, until training goes on; else the run's, which serve both. Default `'raw'`
   * @throws ThalwegError BUSY, DISPOSED, MISSING, RANGE, TYPE, UNKNOWN_OPTION
   */
  statistics(options: WeightsOptions = {}): Record<string, Float32Array> {
    const trainer = this.#idle();
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
    writeStatistics(this.#idle(), this.model, statistics);
  }

  /**
   * Makes the running statistics those of a whole data set at the present weights: after weights
   * were averaged or set, the old ones belong to others. One pass without dropout; each batch is
   * normalised by its own mean and variance, and those of all batches are put together exactly.
   *
   * @param options `batchSize`: rows a pass, as in training. Default 512, or fewer where that would
   * leave a last batch of one row. `weights: 'averaged'`: those of the averaged weights, which keep
   * them apart from the run's until training goes on. Default `'raw'`
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, ABORTED, SHAPE, TYPE, RANGE,
   * UNKNOWN_OPTION; nothing changed then
   */
  async refreshStatistics(
    dataset: Dataset,
    options: WeightsOptions & { readonly batchSize?: number } = {},
  ): Promise<void> {
    checkOptions('refreshStatistics', options, passKeys);
    const averaged = checkWeights('refreshStatistics.weights', options.weights) === 'averaged';
    checkDataset('dataset', dataset, this);
    const rows = dataset.length;
    const path = 'refreshStatistics.batchSize';
    const given = options.batchSize ?? fittingBatch(this.model, rows, evaluationBatch);
    const batchSize = checkBatch(path, given, rows);
    checkLeastBatch(path, this.model, { batchSize, rows });
    await this.#lease((trainer) =>
      trainer.refreshStatistics(nativeDataset(dataset), batchSize, averaged),
    );
  }

  /**
   * Loss and gradients of some rows at the present weights, without a step.
   *
   * @param rows row numbers of the data set
   * @param options `training`: as the next step would see them, with dropout, and with batch norm by
   * these rows; otherwise as {@link Trainer.evaluate} does. Default false
   * @throws ThalwegError BUSY, DISPOSED, RANGE, SHAPE, TYPE, DTYPE, UNKNOWN_OPTION
   */
  gradients(
    dataset: Dataset,
    rows: Uint32Array,
    options: { readonly training?: boolean } = {},
  ): LossGradients {
    const trainer = this.#idle();
    checkOptions('gradients', options, ['training']);
    const training = checkBoolean('gradients.training', options.training ?? false);
    checkDataset('dataset', dataset, this);
    checkArray('rows', rows, Uint32Array);
    if (rows.length === 0)
      throw new ThalwegError({
        code: 'RANGE',
        path: 'rows',
        received: 'no row',
        expected: 'at least one row',
      });
    if (training)
      checkLeastBatch('rows', this.model, { batchSize: rows.length, rows: rows.length });
    const { loss, gradients } = trainer.gradients(nativeDataset(dataset), rows, training);
    const named = this.model.parameters.map(({ name }, i) => [name, gradients[i]!] as const);
    return { loss, gradients: Object.fromEntries(named) };
  }

  /**
   * Writes the weights and running statistics as a safetensors file, atomically: a crash leaves the
   * old file or the new.
   *
   * The file's metadata say which weights they are.
   *
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, NO_SPACE, MISSING, RANGE, TYPE,
   * UNKNOWN_OPTION; or another error of the file system
   */
  async saveWeights(file: string, options: WeightsOptions = {}): Promise<void> {
    checkOptions('saveWeights', options, ['weights']);
    const weights = checkWeights('saveWeights.weights', options.weights);
    await writeWeights(file, this.model, readState(this.#idle(), this.model, weights), weights);
  }

  /**
   * Reads weights that {@link Trainer.saveWeights} wrote, or those of a checkpoint; optimizer state
   * stays as it is.
   *
   * @param options `match: 'overlap'`: takes the tensors whose name and shape the model has too, as a
   * warm start from another model; default `'exact'`: all of them, and no other
   * @throws ThalwegError (as a rejection) MISSING, MISMATCH, BUSY, DISPOSED, or as
   * `io.readSafetensors`; nothing changed then
   */
  async loadWeights(
    file: string,
    options: { readonly match?: 'exact' | 'overlap' } = {},
  ): Promise<LoadedWeights> {
    checkOptions('loadWeights', options, ['match']);
    const match = checkOneOf('loadWeights.match', options.match ?? 'exact', ['exact', 'overlap']);
    const { values, ...names } = await readWeights(file, this.model, match);
    const trainer = this.#idle();
    writeState(trainer, this.model, { ...readState(trainer, this.model), ...values });
    return names;
  }

  /**
   * Writes a checkpoint, atomically: weights, optimizer state, history and counters, from which
   * {@link Trainer.resume} goes on. A run that the trainer was resumed to, and fit has not gone on with
   * yet, is part of it. During a run, option `checkpoint` of fit does this.
   *
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, NO_SPACE, MISSING, PERMISSION, MEMORY; CORRUPTION
   * after a guarded run, where memory has changed since; or another error of the file system
   */
  async save(file: string): Promise<void> {
    checkPath('file', file);
    await this.#lease((trainer) => saveCheckpoint(this.#context(trainer), file));
  }

  /**
   * Takes over the state of the newest good checkpoint: weights, optimizer state, history, counters.
   * The next call of {@link Trainer.fit} goes on with the run that it was taken of, at the next
   * batch, and ends in the same bits as if that run had never stopped.
   *
   * @param path a folder of checkpoints, or one file
   * @param options `run: 'new'`: the next call of fit starts a run of its own, with any data
   * @returns what was found; undefined where there is no checkpoint, and nothing changed
   * @throws ThalwegError (as a rejection) MISMATCH where model, loss, rule, groups or seed are others;
   * CHECKSUM where every checkpoint is damaged; VERSION, BUSY, DISPOSED, PERMISSION, MEMORY. Nothing
   * changed then
   */
  async resume(path: string, options: ResumeOptions = {}): Promise<Resumed | undefined> {
    checkPath('path', path);
    const { run = 'continue' } = checkOptions('resume', options, ['run']);
    const continues = checkOneOf('resume.run', run, ['continue', 'new']) === 'continue';
    return this.#lease((trainer) => resumeFrom(this.#context(trainer), path, continues));
  }

  /** Stops what runs, frees all memory; later calls throw DISPOSED. */
  dispose(): void {
    this.#native?.dispose();
    this.#native = undefined;
  }

  /** As {@link Trainer.dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  #context(trainer: NativeTrainer): RunContext {
    const { model, loss, device } = this;
    const { rule, groupCount } = this.#settings;
    return {
      ...{ model, loss, device, native: trainer },
      ...{ settings: this.#settings, record: this.#record, description: this.#description },
      scalars: groupCount * rule.scalars.length + (this.average ? averageScalars : 0),
      isLive: () => this.#native !== undefined,
    };
  }

  #live(): NativeTrainer {
    if (this.#native === undefined)
      throw new ThalwegError({
        code: 'DISPOSED',
        path: 'trainer',
        received: 'a disposed trainer',
        expected: 'a live trainer',
        remedy: 'make a new Trainer',
      });
    return this.#native;
  }

  #idle(): NativeTrainer {
    const trainer = this.#live();
    if (this.#busy)
      throw new ThalwegError({
        code: 'BUSY',
        path: 'trainer',
        received: 'a call while another runs',
        expected: 'one call at a time',
        remedy: 'await the first, or make another trainer',
      });
    return trainer;
  }

  async #lease<T>(body: (trainer: NativeTrainer) => Promise<T>): Promise<T> {
    const trainer = this.#idle();
    this.#busy = true;
    try {
      return await body(trainer);
    } finally {
      this.#busy = false;
    }
  }
}
