/** The options of a call of fit. */
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
  /** The number of epochs to train, at least 1. */
  readonly epochs: number;
  /**
   * The rows of one batch; `'full'` takes the whole data set. A schedule is evaluated before each epoch, and
   * its value is rounded. Default 32.
   */
  readonly batchSize?: Scheduled | 'full';
  /**
   * The number of batches whose gradients make one step, an integer, at least 1. Default 1. Each step follows
   * the mean gradient over `batchSize` × `accumulate` rows, the last step of an epoch over the remaining rows.
   * The result equals that of one larger batch up to float rounding, with the memory of `batchSize` rows.
   * Each batch has another dropout mask, and batch norm normalises each batch by itself. The running
   * statistics of batch norm follow the last batch of a step.
   */
  readonly accumulate?: number;
  /** The validation set, which is evaluated after each epoch. Default none. */
  readonly validation?: Dataset;
  /** Metrics of the validation set besides its loss, such as `['f1', metrics.topK(5)]`. Default none. */
  readonly metrics?: readonly Metric[];
  /**
   * The weights that the validation evaluates. They are the raw ones until the average has begun, and where
   * the trainer keeps none; the records state which. Default `'raw'`.
   */
  readonly validationWeights?: Weights;
  /** True visits the rows in another order in each epoch. Default true. */
  readonly shuffle?: boolean;
  /**
   * The choice of rows that an epoch visits, from `data.weighted` or `data.stratified`. By default an epoch
   * visits each row once, in an order that `shuffle` determines.
   */
  readonly sampling?: Sampling;
  /** Keeps or drops a last, smaller batch of an epoch. Default `'keep'`. */
  readonly last?: 'keep' | 'drop';
  /**
   * Ends the run with reason `'aborted'` after the last complete step. This takes at most 100 ms, unless one
   * matrix product of a very large batch takes longer.
   */
  readonly signal?: AbortSignal;
  /** Measures the health of layers and warns of problems; `true` takes the defaults. Default false. */
  readonly monitor?: boolean | MonitorOptions;
  /**
   * Finds numbers that a failing processor or memory has corrupted. One step in so many is computed twice and
   * the bits of the whole state are compared; between epochs the state must not change. A difference throws
   * CORRUPTION, which names tensor and step, and leaves the last checkpoint as it is. `true` takes the
   * default, which costs less than 1 % of the time. Default false.
   */
  readonly guard?: boolean | GuardOptions;
  /** Callbacks such as `callbacks.earlyStopping()`, which are called in their order. Default none. */
  readonly callbacks?: readonly Callback[];
  /** Checkpoint files, from which the run can continue after a crash with the same bits. Default none. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * Called with each event; `progress()` makes a function that draws a progress bar. Only the call with the
   * last event is awaited, even in an aborted run, so a promise that never settles keeps the run from ending.
   * An error that it throws, or rejects with later, ends the run. After the run such an error becomes a
   * warning of the process.
   */
  readonly onEvent?: (event: TrainEvent<L>) => unknown;
}
