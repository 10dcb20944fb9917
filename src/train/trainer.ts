/** The trainer: a model, a loss and an optimizer bound to memory and a native loop. */
import { checkArray } from '../arrays.js';
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { ThalwegError } from '../errors.js';
import { type Loss, type LossName, hasAccuracy, toLoss } from '../loss/loss.js';
import {
  type NativeTrainer,
  type NativeTrainProgress,
  type NativeMetrics,
  native,
} from '../native.js';
import { initialDistribution } from '../nn/initializer.js';
import { elements } from '../nn/layer.js';
import { Sequential } from '../nn/sequential.js';
import {
  checkBoolean,
  checkNumber,
  checkOneOf,
  checkOptions,
  describe,
  requireOptions,
} from '../options.js';
import { type Optimizer, checkOptimizer } from '../optim/define.js';
import { type ClipOptions, type NonFinitePolicy, StepSettings } from '../optim/settings.js';
import { explain, resolveDevice } from '../device.js';
import type { Position } from '../schedule/position.js';
import { exponential } from '../average/exponential.js';
import { RecentLoss } from './recent-loss.js';
import { stallIn } from './stall.js';
import { readWeights, writeWeights } from './weights.js';
import type { TrainEvent } from './events.js';
import { Fit } from './fit.js';
import type { EpochRecord, Evaluation, History } from './history.js';

/** Options of a {@link Trainer}. */
export interface TrainerOptions {
  /** What is trained, from `nn.sequential`. */
  readonly model: Sequential;
  /** By name, or described by `loss.huber({ delta })`, … */
  readonly loss: LossName | Loss;
  /** How weights follow gradients, from `optim.adam()`, … */
  readonly optimizer: Optimizer;
  /** Bounds on the gradient. Default none. */
  readonly clip?: ClipOptions;
  /** What a NaN or infinite gradient does. Default `'stop'`: throws before any weight changes. */
  readonly nonFinite?: NonFinitePolicy;
  /** `'auto'` (default), `'cpu'`, `'cpu:baseline' | 'cpu:avx2' | 'cpu:avx512'`, `'reference'`. */
  readonly device?: string;
  /** Seed of initial weights, shuffles and dropout; an integer in [0, 2^64). Default 0. */
  readonly seed?: number | bigint;
}

/** What {@link Trainer.gradients} gives. */
export interface LossGradients {
  /** Mean over the rows. */
  readonly loss: number;
  /** Of the mean loss, by parameter name, each as long as its parameter. */
  readonly gradients: Record<string, Float32Array>;
}

/** Options of {@link Trainer.fit}. */
export interface FitOptions {
  /** Epochs to train, at least 1. */
  readonly epochs: number;
  /** Rows a step; `'full'` takes the whole data set. Default 32. */
  readonly batchSize?: number | 'full';
  /** Evaluated after each epoch. */
  readonly validation?: Dataset;
  /** A new order each epoch. Default true. */
  readonly shuffle?: boolean;
  /** What becomes of a last, smaller batch. Default `'keep'`. */
  readonly last?: 'keep' | 'drop';
  /** Ends the run within 100 ms, with reason `'aborted'`, after the last whole step. */
  readonly signal?: AbortSignal;
  /** Called with each event; `progress()` makes one that draws a bar. */
  readonly onEvent?: (event: TrainEvent) => void;
}

const trainerKeys = ['model', 'loss', 'optimizer', 'clip', 'nonFinite', 'device', 'seed'];
const fitKeys = ['epochs', 'batchSize', 'validation', 'shuffle', 'last', 'signal', 'onEvent'];
/** Rows a pass of evaluate and predict. */
const evaluationBatch = 512;

function checkSeed(seed: unknown): bigint {
  if (typeof seed === 'bigint' && seed >= 0n && seed < 2n ** 64n) return seed;
  if (typeof seed === 'number' && Number.isSafeInteger(seed) && seed >= 0) return BigInt(seed);
  throw new ThalwegError({
    code: 'SEED',
    path: 'seed',
    received: describe(seed),
    expected: 'an integer or bigint in [0, 2^64)',
    remedy: 'use a bigint above 2^53',
  });
}

function checkModel(model: unknown): Sequential {
  if (model instanceof Sequential) return model;
  throw new ThalwegError({
    code: 'TYPE',
    path: 'model',
    received: describe(model),
    expected: 'a model such as nn.sequential(…)',
  });
}

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
  /** The device in use: as the option, with `'auto'` resolved. */
  readonly device: string;
  /** Seed of initial weights, shuffles and dropout. */
  readonly seed: bigint;
  readonly #settings: StepSettings;
  #native: NativeTrainer | undefined;
  #busy = false;
  #steps = 0;
  readonly #history: EpochRecord[] = [];

  /** @throws ThalwegError RANGE, TYPE, SEED, NO_DEVICE, MEMORY, UNKNOWN_OPTION */
  constructor(options: TrainerOptions) {
    requireOptions('trainer', options, trainerKeys);
    const { clip, nonFinite } = options;
    this.model = checkModel(options.model);
    this.loss = toLoss(options.loss);
    this.optimizer = checkOptimizer(options.optimizer);
    this.device = resolveDevice(options.device ?? 'auto');
    this.seed = checkSeed(options.seed ?? 0);
    this.#settings = new StepSettings(this.optimizer, {
      ...(clip === undefined ? {} : { clip }),
      ...(nonFinite === undefined ? {} : { nonFinite }),
    });
    const { parameters } = this.model;
    this.#native = new native.Trainer({
      rule: this.#settings.rule.name,
      groupCount: this.#settings.groupCount,
      names: parameters.map(({ name }) => name),
      lengths: parameters.map(({ shape }) => elements(shape)),
      groups: parameters.map(({ name }) => this.#settings.groupOf(name)),
      layers: this.model.lower(),
      initials: parameters.map(({ initializer, fanIn, fanOut }) =>
        initialDistribution(initializer, fanIn, fanOut),
      ),
      loss: this.loss.kind,
      lossParameter: this.loss.delta,
      device: this.device,
      seed: this.seed,
    });
  }

  /** Steps taken so far, over all runs. */
  get steps(): number {
    return this.#steps;
  }

  /** Epochs finished so far, over all runs; each new run continues the count. */
  get epochs(): number {
    return this.#history.length;
  }

  /** Records of the finished epochs, over all runs: what schedules such as `plateau` look at. */
  get history(): readonly EpochRecord[] {
    return [...this.#history];
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
      const run = this.#plan(dataset, options);
      return this.#lease((trainer) => this.#run(trainer, run, emit));
    });
  }

  /**
   * Mean loss over a data set, and accuracy where the loss has one.
   *
   * @param options `batchSize`: rows a pass, which changes speed and memory only. Default 512
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, ABORTED, SHAPE, TYPE, RANGE, UNKNOWN_OPTION
   */
  async evaluate(
    dataset: Dataset,
    options: { readonly batchSize?: number } = {},
  ): Promise<Evaluation> {
    checkOptions('evaluate', options, ['batchSize']);
    this.#checkDataset('dataset', dataset);
    const batchSize = checkBatch(options.batchSize ?? evaluationBatch, dataset.length);
    return this.#lease((trainer) => this.#evaluate(trainer, dataset, batchSize));
  }

  /**
   * The model's outputs, [rows, outputs] in one Float32Array.
   *
   * @param inputs rows × features, one row after another; copied before this returns
   * @param options `batchSize`: rows a pass, which changes speed and memory only. Default 512
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, ABORTED, SHAPE, TYPE, DTYPE, DETACHED,
   * RESIZABLE, RANGE, UNKNOWN_OPTION
   */
  async predict(
    inputs: Float32Array,
    options: { readonly batchSize?: number } = {},
  ): Promise<Float32Array> {
    checkOptions('predict', options, ['batchSize']);
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
    const batchSize = checkBatch(options.batchSize ?? evaluationBatch, Math.max(rows, 1));
    const outputs = elements(this.model.outputShape);
    return this.#lease((trainer) => trainer.predict(inputs, rows, outputs, batchSize));
  }

  /**
   * A copy of each parameter, by name.
   *
   * @throws ThalwegError BUSY, DISPOSED
   */
  parameters(): Record<string, Float32Array> {
    const trainer = this.#idle();
    return Object.fromEntries(
      this.model.parameters.map(({ name }, i) => [name, trainer.parameter(i)]),
    );
  }

  /**
   * Replaces every parameter, by name; optimizer state stays as it is.
   *
   * @throws ThalwegError MISSING, UNKNOWN_OPTION, SHAPE, TYPE, DTYPE, DETACHED, RESIZABLE, BUSY,
   * DISPOSED; nothing changed then
   */
  setParameters(parameters: Readonly<Record<string, Float32Array>>): void {
    const trainer = this.#idle();
    const names = this.model.parameters.map(({ name }) => name);
    checkOptions('parameters', parameters, names);
    trainer.setParameters(
      names.map((name) => {
        const array = parameters[name];
        if (array === undefined)
          throw new ThalwegError({
            code: 'MISSING',
            path: `parameters.${name}`,
            received: 'nothing',
            expected: 'a Float32Array',
          });
        return checkArray(`parameters.${name}`, array, Float32Array);
      }),
    );
  }

  /**
   * Loss and gradients of some rows at the present weights, without a step or dropout.
   *
   * @param rows row numbers of the data set
   * @throws ThalwegError BUSY, DISPOSED, RANGE, SHAPE, TYPE, DTYPE
   */
  gradients(dataset: Dataset, rows: Uint32Array): LossGradients {
    const trainer = this.#idle();
    this.#checkDataset('dataset', dataset);
    checkArray('rows', rows, Uint32Array);
    if (rows.length === 0)
      throw new ThalwegError({
        code: 'RANGE',
        path: 'rows',
        received: 'no row',
        expected: 'at least one row',
      });
    const { loss, gradients } = trainer.gradients(nativeDataset(dataset), rows);
    const named = this.model.parameters.map(({ name }, i) => [name, gradients[i]!] as const);
    return { loss, gradients: Object.fromEntries(named) };
  }

  /**
   * Writes the weights as a safetensors file, atomically: a crash leaves the old file or the new.
   *
   * @throws ThalwegError (as a rejection) BUSY, DISPOSED, NO_SPACE, MISSING; or another error of the
   * file system
   */
  async saveWeights(file: string): Promise<void> {
    await writeWeights(file, this.model, this.parameters());
  }

  /**
   * Reads weights that {@link Trainer.saveWeights} wrote; optimizer state stays as it is.
   *
   * @throws ThalwegError (as a rejection) MISSING, MISMATCH, BUSY, DISPOSED, or as
   * `io.readSafetensors`; nothing changed then
   */
  async loadWeights(file: string): Promise<void> {
    this.setParameters(await readWeights(file, this.model));
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

  #checkDataset(path: string, dataset: Dataset): void {
    nativeDataset(dataset, path);
    const features = elements(this.model.input);
    const outputs = elements(this.model.outputShape);
    if (dataset.features !== features)
      throw new ThalwegError({
        code: 'SHAPE',
        path,
        received: `examples of ${dataset.features} numbers`,
        expected: `examples of the model's ${features} inputs`,
      });
    const sparse = this.loss.kind === 'softmaxCrossEntropy' && dataset.labelKind === 'sparse';
    if (!sparse && (dataset.labelKind !== 'dense' || dataset.labelWidth !== outputs))
      throw new ThalwegError({
        code: 'SHAPE',
        path: `${path}.labels`,
        received: `${dataset.labelKind} labels of width ${dataset.labelWidth}`,
        expected: `Float32Array labels of the model's ${outputs} outputs`,
        remedy: 'class indices (Int32Array) go with softmaxCrossEntropy only',
      });
  }

  #plan(dataset: Dataset, options: FitOptions): Run {
    this.#live();
    requireOptions('fit', options, fitKeys);
    this.#checkDataset('dataset', dataset);
    const epochs = checkNumber('fit.epochs', options.epochs, { min: 1, integer: true });
    const batchSize = checkBatch(
      options.batchSize === 'full' ? dataset.length : (options.batchSize ?? 32),
      options.last === 'drop' ? Infinity : dataset.length,
    );
    const shuffle = checkBoolean('fit.shuffle', options.shuffle ?? true);
    const dropLast = checkOneOf('fit.last', options.last ?? 'keep', ['keep', 'drop']) === 'drop';
    if (options.validation !== undefined) this.#checkDataset('fit.validation', options.validation);
    this.#checkMetrics(options.validation !== undefined);
    const steps = dropLast
      ? Math.floor(dataset.length / batchSize)
      : Math.ceil(dataset.length / batchSize);
    if (steps === 0)
      throw new ThalwegError({
        code: 'EMPTY_EPOCH',
        path: 'fit.batchSize',
        received: `${batchSize} of ${dataset.length} rows, with last: 'drop'`,
        expected: 'at least one whole batch',
      });
    const { validation } = options;
    const signal = checkSignal(options.signal);
    const onEvent = checkListener(options.onEvent);
    const watch = { recentLoss: new RecentLoss(), highestRate: 0, warned: false };
    return {
      ...{ dataset, epochs, batchSize, shuffle, dropLast, steps },
      ...{ validation, signal, onEvent, watch },
    };
  }

  /** MISSING where a schedule looks at a metric that this run will not measure. */
  #checkMetrics(validates: boolean): void {
    for (const metric of this.#settings.metrics) {
      const measured =
        (validates || !metric.startsWith('validation')) &&
        (hasAccuracy(this.loss) || !metric.endsWith('accuracy'));
      if (!measured)
        throw new ThalwegError({
          code: 'MISSING',
          path: metric.startsWith('validation') ? 'fit.validation' : 'loss',
          received: `a run without ${metric}`,
          expected: `what a plateau of the optimizer looks at, ${metric}`,
          remedy: "give fit a validation set, or plateau another metric such as 'loss'",
        });
    }
  }

  async #run(
    trainer: NativeTrainer,
    run: Run,
    emit: (event: TrainEvent) => void,
  ): Promise<History> {
    const send = (event: TrainEvent): void => {
      emit(event);
      run.onEvent?.(event);
    };
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    const onAbort = (): void => {
      trainer.cancel();
    };
    run.signal?.addEventListener('abort', onAbort);
    const records: EpochRecord[] = [];
    try {
      send(this.#startEvent(run));
      while (records.length < run.epochs && !this.#stopped(run)) {
        const record = await this.#epoch(trainer, run, send);
        if (record === undefined) break;
        records.push(record);
        send({ type: 'epoch', ...record });
        this.#warn(run, records, send);
      }
    } finally {
      run.signal?.removeEventListener('abort', onAbort);
    }
    const reason = records.length < run.epochs ? 'aborted' : 'completed';
    send({ type: 'end', reason, seconds: seconds() });
    return { epochs: records, reason, steps: this.#steps, seconds: seconds() };
  }

  /** Warns, once a run, where its rate no longer moves the loss. */
  #warn(run: Run, records: readonly EpochRecord[], send: (event: TrainEvent) => void): void {
    const [before, last] = records.slice(-2);
    if (run.watch.warned || before === undefined || last === undefined) return;
    const { epochs, watch } = run;
    const remaining = epochs - records.length;
    const warning = stallIn([before, last], {
      highestRate: watch.highestRate,
      remaining,
      epochs,
    });
    if (warning === undefined) return;
    watch.warned = true;
    send(warning);
  }

  /** Whether the caller wants the run to end. */
  #stopped({ signal }: Run): boolean {
    return this.#native === undefined || signal?.aborted === true;
  }

  #startEvent(run: Run): TrainEvent {
    return {
      type: 'start',
      epochs: run.epochs,
      stepsPerEpoch: run.steps,
      examples: run.dataset.length,
      device: this.device,
      isa: explain(this.device).isa,
      parameters: this.model.parameterCount,
    };
  }

  /** One epoch; undefined when it was aborted. */
  async #epoch(
    trainer: NativeTrainer,
    run: Run,
    send: (event: TrainEvent) => void,
  ): Promise<EpochRecord | undefined> {
    const start = performance.now();
    const { watch } = run;
    const rates = this.#settings.table(run.steps, (step) => this.#position(step));
    watch.highestRate = rates.base.reduce((a, b) => Math.max(a, b), watch.highestRate);
    watch.recentLoss.startEpoch();
    const rateOf = ({ steps, skipped }: NativeTrainProgress): number =>
      rates.base[Math.max(steps + skipped, 1) - 1]!;
    let listenerError: { readonly error: unknown } | undefined;
    const job = trainer.train(
      {
        dataset: nativeDataset(run.dataset),
        epoch: this.epochs,
        firstStep: 0,
        batchSize: run.batchSize,
        shuffle: run.shuffle,
        dropLast: run.dropLast,
        settings: this.#settings.values,
        columns: this.#settings.columns,
        rates: rates.values,
      },
      (progress) => {
        try {
          send(this.#progressEvent(run, progress, rateOf(progress), start));
        } catch (error) {
          listenerError ??= { error };
          trainer.cancel();
        }
      },
    );
    const done = await unlessAborted(job).finally(() => {
      // Also after a failure: the steps before it were taken.
      if (this.#native !== undefined) this.#steps = trainer.stepCount();
    });
    if (listenerError !== undefined) throw listenerError.error;
    if (done === undefined || done.cancelled) return undefined;
    const trained = (performance.now() - start) / 1000;
    const validation =
      run.validation && !this.#stopped(run)
        ? await unlessAborted(this.#evaluate(trainer, run.validation, evaluationBatch))
        : undefined;
    const record: EpochRecord = {
      epoch: this.epochs,
      ...this.#toEvaluation(done),
      smoothedLoss: this.#smoothedLoss(done.lossSum / Math.max(done.examples, 1)),
      ...(validation && { validation }),
      seconds: trained,
      examplesPerSecond: done.examples / trained,
      learningRate: rateOf(done),
      ...(Number.isNaN(done.gradientNorm) ? {} : { gradientNorm: done.gradientNorm }),
      skippedSteps: done.skipped,
    };
    this.#history.push(record);
    return record;
  }

  /** Average of the losses of all epochs, `last` included; those that are not finite left out. */
  #smoothedLoss(last: number): number {
    const losses = [...this.#history.map(({ loss }) => loss), last].filter(Number.isFinite);
    return exponential(losses, { beta: 0.9 }).at(-1) ?? NaN;
  }

  #progressEvent(
    run: Run,
    progress: NativeTrainProgress,
    learningRate: number,
    start: number,
  ): TrainEvent {
    const smoothedLoss = run.watch.recentLoss.push(progress);
    return {
      type: 'progress',
      epoch: this.epochs,
      step: this.#steps + progress.steps,
      stepInEpoch: progress.steps + progress.skipped,
      stepsPerEpoch: run.steps,
      batchSize: run.batchSize,
      ...this.#toEvaluation(progress),
      ...(smoothedLoss !== undefined && { smoothedLoss }),
      ...(Number.isNaN(progress.gradientNorm) ? {} : { gradientNorm: progress.gradientNorm }),
      learningRate,
      examplesPerSecond: (progress.examples * 1000) / (performance.now() - start),
    };
  }

  /** The point of the step after `steps` further ones. */
  #position(steps = 0): Position {
    return { step: this.#steps + steps, epoch: this.epochs, history: this.#history };
  }

  async #evaluate(
    trainer: NativeTrainer,
    dataset: Dataset,
    batchSize: number,
  ): Promise<Evaluation> {
    return this.#toEvaluation(await trainer.evaluate(nativeDataset(dataset), batchSize));
  }

  #toEvaluation({ lossSum, correct, examples }: NativeMetrics): Evaluation {
    const count = Math.max(examples, 1);
    return {
      loss: lossSum / count,
      ...(hasAccuracy(this.loss) && { accuracy: correct / count }),
    };
  }
}

/** A checked call of fit. */
interface Run {
  readonly dataset: Dataset;
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly dropLast: boolean;
  /** Steps an epoch. */
  readonly steps: number;
  readonly validation: Dataset | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onEvent: ((event: TrainEvent) => void) | undefined;
  readonly watch: Watch;
}

/** What is kept in view over the epochs of a call of fit. */
interface Watch {
  readonly recentLoss: RecentLoss;
  /** The highest base rate so far. */
  highestRate: number;
  /** Whether a warning has been sent. */
  warned: boolean;
}

/** The job's value, or undefined where an abort or disposal ended it. */
async function unlessAborted<T>(job: Promise<T>): Promise<T | undefined> {
  try {
    return await job;
  } catch (error) {
    if (error instanceof ThalwegError && error.code === 'ABORTED') return undefined;
    throw error;
  }
}

function checkSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  throw new ThalwegError({
    code: 'TYPE',
    path: 'fit.signal',
    received: describe(signal),
    expected: 'an AbortSignal',
    remedy: 'pass controller.signal or AbortSignal.timeout(…)',
  });
}

function checkListener(listener: unknown): Run['onEvent'] {
  if (listener === undefined || typeof listener === 'function') return listener as Run['onEvent'];
  throw new ThalwegError({
    code: 'TYPE',
    path: 'fit.onEvent',
    received: describe(listener),
    expected: 'a function of events',
  });
}

function checkBatch(batchSize: unknown, rows: number): number {
  checkNumber('batchSize', batchSize, { min: 1, integer: true });
  return Math.min(batchSize as number, rows);
}
