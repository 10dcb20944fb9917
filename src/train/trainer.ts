/** The trainer: a model, a loss and an optimizer bound to memory and a native loop. */
import { type WeightAverage, averageScalars } from '../average/weights.js';
import {
  type Resumed,
  type ResumeOptions,
  resumeFrom,
  saveCheckpoint,
} from '../checkpoint/resume.js';
import { type Dataset, nativeDataset } from '../data/dataset.js';
import type { DeviceName } from '../device.js';
import type { Loss, LossName } from '../loss/loss.js';
import type { Metric } from '../metrics/requests.js';
import { type NativeTrainer, native } from '../native.js';
import type { Optimizer } from '../optim/define.js';
import type { FullBatchMethod } from '../optim/full-batch.js';
import type { MinimizeHistory } from '../optim/minimize-options.js';
import type { StepSettings } from '../optim/settings.js';
import { checkOneOf, checkOptions, checkPath } from '../options.js';
import type { RunContext } from '../run/context.js';
import type { EpochRecordOf } from '../run/history.js';
import { newRecord } from '../run/record.js';
import { checkDataset } from '../run/task.js';
import type { TrainerDescription, TrainerJson } from '../run/trainer-description.js';
import { planTrainer } from './build.js';
import { evaluate } from './evaluation.js';
import { type TrainerMinimizeOptions, minimizeLoss, planTrainerMinimize } from './minimize.js';
import { ModelInMemory } from './model-in-memory.js';
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
 * Trains a model, natively, on a thread of its own. Owns native memory: dispose of it, or declare
 * it with `using`. `L` is the name of its loss, by which `accuracy` of results is typed: it follows from
 * the options, and a plain `Trainer` is one of any loss.
 *
 * @example
 * const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
 * const history = await trainer.fit(digits.train, { epochs: 5, batchSize: 128 });
 */
export class Trainer<L extends LossName = LossName> extends ModelInMemory {
  /** The loss being minimised. */
  readonly loss: Loss<L>;
  /** The optimizer's description. */
  readonly optimizer: Optimizer;
  /** What is averaged of the weights, if anything. */
  readonly average: WeightAverage | undefined;
  /** The device in use: as the option, with `'auto'` resolved. */
  readonly device: DeviceName;
  /** Seed of initial weights, shuffles and dropout. */
  readonly seed: bigint;
  /** What it was made with: `new Trainer(trainer.options)` makes its like, untrained. */
  readonly options: TrainerOptions<L>;
  readonly #settings: StepSettings;
  readonly #handle: TrainerHandle;
  readonly #record = newRecord();
  readonly #description: TrainerDescription;

  /** @throws ThalwegError RANGE, TYPE, SEED, MISMATCH, NO_DEVICE, MEMORY, UNKNOWN_OPTION */
  constructor(options: TrainerOptions<L>) {
    const plan = planTrainer(options);
    const handle = new TrainerHandle(new native.Trainer(plan.native));
    super(plan.model, handle);
    this.#handle = handle;
    this.options = Object.freeze({ ...options });
    ({ loss: this.loss, optimizer: this.optimizer, average: this.average } = plan);
    ({ device: this.device, seed: this.seed } = plan);
    this.#settings = plan.settings;
    this.#description = plan.description;
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
  get history(): readonly EpochRecordOf<L>[] {
    return [...this.#record.history] as EpochRecordOf<L>[];
  }

  /**
   * Trains for some epochs. Each epoch visits every row once, in an order that is a pure function
   * of seed and epoch.
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
    this.#handle.get();
    const plan = planTrainerMinimize(dataset, method, options, this);
    return this.#handle.withExclusive((trainer) =>
      minimizeLoss(trainer, this.#context(trainer), plan),
    );
  }

  /**
   * Takes some steps outside of any run, for what only tries things out: the loss of each.
   *
   * @internal
   */
  async sweep(dataset: Dataset, plan: SweepPlan): Promise<Sweep> {
    checkDataset('dataset', dataset, this);
    return this.#handle.withExclusive((trainer) => sweep(trainer, dataset, plan, this.#settings));
  }

  /**
   * Mean loss over a data set, accuracy where the loss has one, and the metrics asked for: counted
   * natively as the outputs come, the same at every batch size as far as the outputs are. During a run it
   * waits for the end of the epoch, as `predict` and `saveWeights` do.
   *
   * @param options `metrics`: names and `metrics.topK(5)`, `metrics.f1({ average })`, …
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
  async refreshStatistics(dataset: Dataset, options: PassOptions = {}): Promise<void> {
    const { batchSize, averaged } = planRefresh(dataset, options, this);
    await this.#handle.withExclusive((trainer) =>
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
   * Writes a checkpoint, atomically: weights, optimizer state, history and counters, from which
   * {@link Trainer.resume} goes on. A run that the trainer was resumed to, and fit has not gone on with
   * yet, is part of it. During a run, option `checkpoint` of fit does this.
   *
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, NO_SPACE, MISSING, PERMISSION, MEMORY; CORRUPTION
   * after a guarded run, where memory has changed since; or another error of the file system
   */
  async save(file: string): Promise<void> {
    checkPath('file', file);
    await this.#handle.withExclusive((trainer) => saveCheckpoint(this.#context(trainer), file));
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
    return this.#handle.withExclusive((trainer) =>
      resumeFrom(this.#context(trainer), path, continues),
    );
  }

  /**
   * What `JSON.stringify(trainer)` writes: a plain description, without weights and history. A
   * function of the caller's, such as a rate, stands as `{ "$function": true }`. It answers at any
   * time, also during a run and after disposal.
   */
  toJSON(): TrainerJson {
    const { model, loss, optimizer, clip, nonFinite, average, device, seed } = this.#description;
    const { steps, epochs, averaged } = this;
    return {
      model,
      loss,
      optimizer,
      clip,
      nonFinite,
      average,
      device,
      seed,
      steps,
      epochs,
      averaged,
    };
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
