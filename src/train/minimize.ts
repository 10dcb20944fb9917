/** Minimises the loss over a data set by methods that evaluate all rows at each step. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { ThalwegError } from '../errors.js';
import type { NativeTrainer } from '../native.js';
import { elements } from '../nn/layer.js';
import type { Point } from '../optim/full-batch/line-search.js';
import {
  type MinimizeHistory,
  type MinimizeOptions,
  minimizeKeys,
  planMinimize,
} from '../optim/full-batch/minimize-options.js';
import { Minimization } from '../optim/full-batch/minimize.js';
import { requireOptions } from '../options.js';
import { type Task, checkDataset } from '../run/task.js';
import { onAbort } from '../abort.js';
import { checkBatch } from './run/batches.js';

/** Options of `trainer.minimize`. */
export interface TrainerMinimizeOptions extends MinimizeOptions {
  /**
   * The rows of one pass, which limits memory. Another size changes the order of sums, and so the last bits;
   * equal sizes give equal bits. Default 2048.
   */
  readonly batchSize?: number;
}

/** A checked call of `trainer.minimize`. */
interface TrainerMinimization {
  readonly dataset: Dataset;
  readonly plan: ReturnType<typeof planMinimize>;
  readonly batchSize: number;
}

/** Checks the arguments before anything changes. */
export function planTrainerMinimize(
  dataset: Dataset,
  method: unknown,
  options: TrainerMinimizeOptions,
  task: Task,
): TrainerMinimization {
  requireOptions('minimize', options, [...minimizeKeys, 'batchSize']);
  checkDataset('dataset', dataset, task);
  return {
    dataset,
    // Every loss is at least 0.
    plan: planMinimize('minimize', method, options, true),
    batchSize: checkBatch('minimize.batchSize', options.batchSize ?? 2048, dataset.length),
  };
}

/** Reads and writes all parameters as one array, the argument of the objective. */
class FlatParameters {
  readonly #lengths: readonly number[];

  constructor(task: Task) {
    this.#lengths = task.model.parameters.map(({ shape }) => elements(shape));
  }

  read(trainer: NativeTrainer): Float64Array {
    const flat = new Float64Array(this.#lengths.reduce((sum, length) => sum + length, 0));
    let at = 0;
    this.#lengths.forEach((length, i) => {
      flat.set(trainer.parameter(i, false), at);
      at += length;
    });
    return flat;
  }

  /** Rounds `flat` to float32 in place, so that the search continues from the evaluated point. */
  write(trainer: NativeTrainer, flat: Float64Array): void {
    const single = Float32Array.from(flat);
    flat.set(single);
    let at = 0;
    trainer.setParameters(this.#lengths.map((length) => single.subarray(at, (at += length))));
  }
}

/** Runs the minimisation. At the end, even after an error, the trainer has the weights of the last kept point. */
export async function minimizeLoss(
  trainer: NativeTrainer,
  task: Task & { readonly isLive: () => boolean },
  { dataset, plan, batchSize }: TrainerMinimization,
): Promise<MinimizeHistory> {
  const flat = new FlatParameters(task);
  const start = flat.read(trainer);
  let kept = start;
  const evaluate = async (x: Float64Array): Promise<Point> => {
    if (!task.isLive() || plan.signal?.aborted === true) Minimization.abort();
    // Weights beyond float32 have no loss. The line search then tries a shorter step.
    if (!x.every((value) => Number.isFinite(Math.fround(value))))
      return { x, value: NaN, gradient: new Float64Array(x.length).fill(NaN) };
    flat.write(trainer, x);
    const sums = await orAbort(trainer.fullGradients(nativeDataset(dataset), batchSize));
    return { x, value: sums.lossSum / sums.examples, gradient: sums.gradient };
  };
  const forget = onAbort(plan.signal, () => {
    trainer.cancel();
  });
  try {
    const run = new Minimization(plan, evaluate);
    const { iterations, reason, value } = await run.run(start, ({ x }) => (kept = x));
    return { iterations, reason, value };
  } finally {
    forget();
    if (task.isLive()) flat.write(trainer, kept);
  }
}

/** Awaits a job. Where the signal or disposal has cancelled the job, the run ends without an error. */
async function orAbort<T>(job: Promise<T>): Promise<T> {
  try {
    return await job;
  } catch (error) {
    if (error instanceof ThalwegError && error.code === 'ABORTED') return Minimization.abort();
    throw error;
  }
}
