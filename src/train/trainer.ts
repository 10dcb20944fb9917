/** The trainer: a model, a loss and an optimizer with native memory and a native training loop. */
import { type WeightAverage, averageScalars } from '../average/weights.js';
import {
  type Resumed,
  type ResumeOptions,
  resumeFrom,
  saveCheckpoint,
} from '../checkpoint/resume.js';
import { type Dataset, nativeDataset } from '../data/dataset.js';
import type { DeviceName } from '../device.js';
import type { LossName } from '../loss/loss.js';
import type { Metric } from '../metrics/requests.js';
import { type NativeTrainer, native } from '../native.js';
import type { Optimizer } from '../optim/define.js';
import type { FullBatchMethod } from '../optim/full-batch/full-batch.js';
import type { MinimizeHistory } from '../optim/full-batch/minimize-options.js';
import type { StepSettings } from '../optim/settings.js';
import { checkOneOf, checkOptions, checkPath } from '../options.js';
import type { RunContext } from '../run/context.js';
import type { EpochRecordOf } from '../run/history.js';
import { newRecord } from '../run/record.js';
import { checkDataset } from '../run/task.js';
import type { TrainerDescription, TrainerJson } from '../run/trainer-description.js';
import { planTrainer } from './build.js';
import { evaluate } from './evaluation.js';
import { type LoadTrainerOptions, planLoading } from './load.js';
import { type TrainerMinimizeOptions, minimizeLoss, planTrainerMinimize } from './minimize.js';
import { ModelInMemory } from './model-in-memory.js';
import { writeState } from './parameters.js';
import {
  type EvaluateOptions,
  type LossGradients,
  type MeasuredEvaluation,
  type PassOptions,
  checkGradients,
  planEvaluation,
  planRefresh,
} from './passes.js';
import { Fit } from './run/fit.js';
import type { FitOptions } from './run/options.js';
import { planFit } from './run/plan.js';
import { runTraining } from './run/run.js';
import { type Sweep, type SweepPlan, sweep } from './sweep.js';
import { TrainerHandle } from './trainer-handle.js';
import type { TrainerOptions } from './trainer-options.js';

/**
 * Trains a model in native code on its own thread. It owns native memory: call `dispose`, or declare it with
 * `using`. `L` is the name of its loss, which follows from the options and determines the type of `accuracy`
 * in results. A plain `Trainer` may have any loss.
 *
 * @example
 * const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
 * const history = await trainer.fit(digits.train, { epochs: 5, batchSize: 128 });
 */
export class Trainer<L extends LossName = LossName> extends ModelInMemory<L> {
  /** The optimizer's description. */
  readonly optimizer: Optimizer;
  /** The description of the weights' average; undefined where none is kept. */
  readonly average: WeightAverage | undefined;
  /** The device in use; `'auto'` is resolved. */
  readonly device: DeviceName;
  /** The seed of initial weights, shuffles and dropout. */
  readonly seed: bigint;
  /** The options that were given; `new Trainer(trainer.options)` makes an untrained trainer like it. */
  readonly options: TrainerOptions<L>;
  readonly #settings: StepSettings;
  readonly #handle: TrainerHandle;
  readonly #record = newRecord();
  readonly #description: TrainerDescription;

  /** @throws ThalwegError RANGE, TYPE, SEED, MISMATCH, NO_DEVICE, MEMORY, UNKNOWN_OPTION */
  constructor(options: TrainerOptions<L>) {
    const plan = planTrainer(options);
    const handle = new TrainerHandle(new native.Trainer(plan.native));
    super(plan, handle);
    this.#handle = handle;
    this.options = Object.freeze({ ...options });
    ({ optimizer: this.optimizer, average: this.average } = plan);
    ({ device: this.device, seed: this.seed } = plan);
    ({ settings: this.#settings, description: this.#description } = plan);
  }

  /**
   * Makes a trainer of a model file: its architecture, weights and running statistics, and its loss unless the
   * options name one. The optimizer begins anew; {@link Trainer.resume} continues a run instead.
   *
   * @param file a file that {@link Trainer.saveModel} has written
   * @throws ThalwegError (as a rejection) as `new Trainer`; FORMAT, CHECKSUM, VERSION, DEPTH, and as
   * `io.readSafetensors`
   */
  static async load<L extends LossName = LossName>(
    file: string,
    options: LoadTrainerOptions<L>,
  ): Promise<Trainer<L>> {
    const { made, arrays } = await planLoading<L>(file, options);
    const trainer = new Trainer<L>(made);
    writeState(trainer.#handle.get(), trainer.model, arrays);
    return trainer;
  }

  /** The number of steps taken so far, over all runs. */
  get steps(): number {
    return this.#record.steps;
  }

  /** The number of times that the weights entered the average so far; 0 without an average. */
  get averaged(): number {
    return this.#record.averaged;
  }

  /** The number of epochs finished so far, over all runs. */
  get epochs(): number {
    return this.#record.history.length;
  }

  /** The records of the finished epochs, over all runs. Schedules such as `plateau` read them. */
  get history(): readonly EpochRecordOf<L>[] {
    return [...this.#record.history] as EpochRecordOf<L>[];
  }

  /**
   * Trains for some epochs. Each epoch visits every row once unless options say otherwise, in an order that
   * is a pure function of seed and epoch.
   *
   * @returns a {@link Fit}: await it for the {@link History}, or iterate it for events
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, SHAPE, RANGE, NONFINITE, EMPTY_EPOCH
   */
  fit(dataset: Dataset, options: FitOptions<L>): Fit<L> {
    return new Fit<L>(async (emit) => {
      this.#handle.get();
      const plan = planFit(dataset, options as FitOptions, this, this.#settings);
      return this.#handle.withExclusive((trainer) =>
        runTraining(this.#context(trainer), plan, emit),
      );
    });
  }

  /**
   * Minimises the mean loss of a whole data set by a method with a line search. It needs no learning rate, and
   * suits small data sets and models. Each evaluation computes the gradient of all rows in native code, in
   * passes of `batchSize` rows and without dropout. Optimizer, steps and history do not change.
   *
   * @param method `optim.lbfgs()` or `optim.gradientDescent()`
   * @returns every iteration, and the reason of the end, which is `'aborted'` after an abort of `signal`. The
   * weights are those of the last iteration, even after an error
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, SHAPE, TYPE, RANGE, UNKNOWN_OPTION,
   * NONFINITE where the loss at the present weights is not finite
   * @example
   * const { value } = await trainer.minimize(digits.train, optim.lbfgs(), { iterations: 50 });
   */
  async minimize(
    dataset: Dataset,
    method: FullBatchMethod,
    options: TrainerMinimizeOptions = {},
  ): Promise<MinimizeHistory> {
    this.#handle.get();
    const plan = planTrainerMinimize(dataset, method, options, this);
    return this.#handle.withExclusive((trainer) =>
      minimizeLoss(trainer, this.#context(trainer), plan),
    );
  }

  /**
   * Takes some steps outside of any run, for trials, and returns the loss of each.
   *
   * @internal
   */
  async sweep(dataset: Dataset, plan: SweepPlan): Promise<Sweep> {
    checkDataset('dataset', dataset, this);
    return this.#handle.withExclusive((trainer) => sweep(trainer, dataset, plan, this.#settings));
  }

  /**
   * Computes the mean loss over a data set, the accuracy where the loss has one, and the requested metrics.
   * Native code counts them batch by batch. The batch size changes them only as far as it changes the
   * outputs. During a run it waits for the end of the epoch, as `predict` and `saveWeights` do.
   *
   * @param options `metrics`: names, or descriptions such as `metrics.topK(5)` and `metrics.f1({ average })`
   * @throws ThalwegError (as a rejection) DISPOSED, ABORTED, SHAPE, TYPE, RANGE, MISMATCH, MISSING,
   * DUPLICATE, UNKNOWN_OPTION
   * @example
   * const { metrics } = await trainer.evaluate(test, { metrics: ['f1', 'confusionMatrix'] });
   * console.log(metrics.f1, metrics.confusionMatrix[3][5]);
   */
  async evaluate<const M extends readonly Metric[] = readonly []>(
    dataset: Dataset,
    options: EvaluateOptions<M> = {},
  ): Promise<MeasuredEvaluation<M, L>> {
    const plan = planEvaluation(dataset, options, this);
    const evaluation = await this.#handle.withShared((trainer) => evaluate(trainer, dataset, plan));
    return evaluation as MeasuredEvaluation<M, L>;
  }

  /**
   * Computes the running statistics over a whole data set at the present weights. Call it after weights were
   * averaged or set, because the old statistics do not fit the new weights. It makes one pass without
   * dropout. Each batch is normalised by its own mean and variance, and the statistics of all batches are
   * combined exactly. Where it rejects, nothing has changed.
   *
   * @param options `batchSize`: the rows of one pass, as in training. Default 512, or fewer where the last
   * batch would have one row. `weights`: `'averaged'` computes the statistics of the averaged weights, which
   * are kept beside those of the run until training goes on. Default `'raw'`
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, ABORTED, SHAPE, TYPE, RANGE, UNKNOWN_OPTION
   */
  async refreshStatistics(dataset: Dataset, options: PassOptions = {}): Promise<void> {
    const { batchSize, averaged } = planRefresh(dataset, options, this);
    await this.#handle.withExclusive((trainer) =>
      trainer.refreshStatistics(nativeDataset(dataset), batchSize, averaged),
    );
  }

  /**
   * Computes loss and gradients of some rows at the present weights, without a step.
   *
   * @param rows row numbers of the data set
   * @param options `training`: true computes as the next step would, with its dropout, and with batch norm
   * over these rows; false computes as {@link Trainer.evaluate} does. Default false
   * @throws ThalwegError BUSY, DISPOSED, RANGE, SHAPE, TYPE, DTYPE, UNKNOWN_OPTION
   */
  gradients(
    dataset: Dataset,
    rows: Uint32Array,
    options: { readonly training?: boolean } = {},
  ): LossGradients {
    const trainer = this.#handle.getShared();
    const training = checkGradients(dataset, rows, options, this);
    const { steps: step, history } = this.#record;
    const position = { step, epoch: history.length, history };
    const rates = training ? this.#settings.dropoutRates(position) : undefined;
    const { loss, gradients } = trainer.gradients(nativeDataset(dataset), rows, rates);
    const named = this.model.parameters.flatMap((parameter, i) =>
      this.#settings.isFrozen(parameter) ? [] : [[parameter.name, gradients[i]!] as const],
    );
    return { loss, gradients: Object.fromEntries(named) };
  }

  /**
   * Writes a checkpoint atomically: weights, optimizer state, history and counters, from which
   * {@link Trainer.resume} continues. After `resume` and before the next `fit`, the checkpoint also contains
   * the interrupted run. During a run, use option `checkpoint` of `fit` instead.
   *
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, NO_SPACE, MISSING, PERMISSION, MEMORY; CORRUPTION
   * where memory has changed since a guarded run; or another error of the file system
   */
  async save(file: string): Promise<void> {
    checkPath('file', file);
    await this.#handle.withExclusive((trainer) => saveCheckpoint(this.#context(trainer), file));
  }

  /**
   * Restores the state of the newest undamaged checkpoint: weights, optimizer state, history and counters.
   * The next call of {@link Trainer.fit} continues the run of the checkpoint at its next batch, and ends with
   * the same bits as if that run had never stopped. Where it rejects, nothing has changed.
   *
   * @param path a folder of checkpoints, or one file
   * @param options `run`: `'new'` makes the next call of fit start a new run, with any data. Default
   * `'continue'`
   * @returns a description of the checkpoint; undefined where there is none, and nothing has changed
   * @throws ThalwegError (as a rejection) MISMATCH where model, loss, rule, groups or seed differ;
   * CHECKSUM where every checkpoint is damaged; VERSION, BUSY, DISPOSED, PERMISSION, MEMORY
   */
  async resume(path: string, options: ResumeOptions = {}): Promise<Resumed | undefined> {
    checkPath('path', path);
    const { run = 'continue' } = checkOptions('resume', options, ['run']);
    const continues = checkOneOf('resume.run', run, ['continue', 'new']) === 'continue';
    return this.#handle.withExclusive((trainer) =>
      resumeFrom(this.#context(trainer), path, continues),
    );
  }

  /**
   * Returns a plain description without weights and history, which `JSON.stringify(trainer)` writes.
   * `{ "$function": true }` stands for a function of the caller's, such as a learning rate. It may be called
   * at any time, even during a run and after disposal.
   */
  toJSON(): TrainerJson {
    const { rule: _, groups: __, ...described } = this.#description;
    return { ...described, steps: this.steps, epochs: this.epochs, averaged: this.averaged };
  }

  #context(trainer: NativeTrainer): RunContext {
    const { model, loss, device } = this;
    const { rule, groupCount } = this.#settings;
    return {
      model,
      loss,
      device,
      native: trainer,
      settings: this.#settings,
      record: this.#record,
      description: this.#description,
      scalars: groupCount * rule.scalars.length + (this.average ? averageScalars : 0),
      isLive: () => this.#handle.isLive,
      open: (body) => this.#handle.open(body),
    };
  }
}
