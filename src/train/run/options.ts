/** What a call of fit is told. */
import type { Weights } from '../../average/weights.js';
import type { CheckpointOptions } from '../../checkpoint/options.js';
import type { Dataset } from '../../data/dataset.js';
import type { Sampling } from '../../data/sampling.js';
import type { LossName } from '../../loss/loss.js';
import type { Metric } from '../../metrics/requests.js';
import type { Callback } from '../../run/callback.js';
import type { TrainEvent } from '../../run/events.js';
import type { Scheduled } from '../../schedule/schedule.js';
import type { GuardOptions } from './guard.js';
import type { MonitorOptions } from './monitor.js';

/** Options of {@link Trainer.fit}. `L` is the name of the loss, where the type knows it. */
export interface FitOptions<L extends LossName = LossName> {
  /** Epochs to train, at least 1. */
  readonly epochs: number;
  /**
   * Rows a step; `'full'` takes the whole data set. A schedule is asked before each epoch, and what
   * it gives is rounded. Default 32.
   */
  readonly batchSize?: Scheduled | 'full';
  /**
   * Batches whose gradients make one step, an integer, at least 1, default 1: each step follows the
   * gradient of the mean over `batchSize` × `accumulate` rows, as one batch of so many would, within
   * float rounding and in the memory of `batchSize` rows; the last step's over what is left. Dropout
   * draws a mask of its own for each batch. Batch norm normalises each by itself; its running
   * statistics follow the last of a step.
   */
  readonly accumulate?: number;
  /** Evaluated after each epoch. */
  readonly validation?: Dataset;
  /** Measured natively on the validation set, besides its loss: `['f1', metrics.topK(5)]`. */
  readonly metrics?: readonly Metric[];
  /**
   * Which weights the validation measures; raw ones until the average has begun, and where the
   * trainer keeps none. The records say which. Default `'raw'`.
   */
  readonly validationWeights?: Weights;
  /** A new order each epoch. Default true. */
  readonly shuffle?: boolean;
  /**
   * Which rows an epoch visits, from `data.weighted` or `data.stratified`. Default each row once, in
   * an order that follows `shuffle`.
   */
  readonly sampling?: Sampling;
  /** What becomes of a last, smaller batch. Default `'keep'`. */
  readonly last?: 'keep' | 'drop';
  /**
   * Ends the run within 100 ms, with reason `'aborted'`, after the last whole step; later only where
   * one matrix product of a very large batch takes longer.
   */
  readonly signal?: AbortSignal;
  /** Looks at the layers' health and warns of ill ones; `true` takes the defaults. Default false. */
  readonly monitor?: boolean | MonitorOptions;
  /**
   * Finds corrupted numbers, which a failing processor or memory leaves without a word: takes one step
   * in so many twice and compares the bits of the whole state, and looks whether that stayed as it was
   * between epochs. A difference is CORRUPTION, which names tensor and step; the last checkpoint
   * stays. `true` takes the default, which costs under 1 %. Default false.
   */
  readonly guard?: boolean | GuardOptions;
  /** What watches the run, and may stop it: `callbacks.earlyStopping()`, … Called in their order. */
  readonly callbacks?: readonly Callback[];
  /** Files from which the run can go on after a crash, with the very same bits. Default none. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * Called with each event; `progress()` makes one that draws a bar. Awaited at the last event only, also of an
   * aborted run: a promise that never settles keeps the run from ending. What it throws, also later, ends the
   * run, and is a warning of the process where that is over.
   */
  readonly onEvent?: (event: TrainEvent<L>) => unknown;
}
