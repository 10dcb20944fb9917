/** The record of a run, epoch by epoch, as plain data. */
import type { Weights } from '../average/weights.js';
import type { AccuracyByLoss, LossName } from '../loss/loss.js';
import type { MetricValue } from '../metrics/requests.js';
import type { LayerHealth } from './health.js';

/** Loss over a data set, and accuracy where the loss has one. */
export interface Evaluation {
  /** Mean loss over the examples. */
  readonly loss: number;
  /** Share of examples whose largest output is their label; absent for other losses. */
  readonly accuracy?: number;
  /** Values of the requested metrics, by name; absent where none was requested. */
  readonly metrics?: Readonly<Record<string, MetricValue>>;
}

/** An evaluation and the kind of weights that it measured. */
export interface WeightedEvaluation extends Evaluation {
  /** The latest weights (`'raw'`), or their average (`'averaged'`). */
  readonly weights: Weights;
}

/** The record of one epoch. Training loss and accuracy are means over its steps, while the weights changed. */
export interface EpochRecord extends Evaluation {
  /** The number of the epoch, from 0 over all runs. */
  readonly epoch: number;
  /** Exponentially weighted average of the epochs' losses so far, β = 0.9, bias corrected. */
  readonly smoothedLoss: number;
  /** The evaluation of the validation set after the epoch; absent without a validation set. */
  readonly validation?: WeightedEvaluation;
  /** Seconds of training, without validation. */
  readonly seconds: number;
  /** Rows trained per second. */
  readonly examplesPerSecond: number;
  /** Base learning rate of the epoch's last step. */
  readonly learningRate: number;
  /** Euclidean norm of the last step's gradient; absent where the step did not need it. */
  readonly gradientNorm?: number;
  /** The number of steps that `nonFinite: 'skip'` skipped. */
  readonly skippedSteps: number;
  /** The health of each layer; absent where the monitor was off or saw no step. */
  readonly layers?: readonly LayerHealth[];
}

/** The record of an epoch; the type of the loss, L, determines the types of its accuracies. */
export type EpochRecordOf<L extends LossName> = EpochRecord &
  AccuracyByLoss[L] & {
    /** The evaluation of the validation set, as in {@link EpochRecord}. */
    readonly validation?: WeightedEvaluation & AccuracyByLoss[L];
  };

/** The reason why a run ended: after all epochs, by a signal or disposal, or by a callback. */
export type EndReason = 'completed' | 'aborted' | 'stopped';

/** The record of a whole run. `L` is the name of its loss, where the type knows it. */
export interface History<L extends LossName = LossName> {
  /** The records of the finished epochs. */
  readonly epochs: readonly EpochRecordOf<L>[];
  /** The reason why the run ended. */
  readonly reason: EndReason;
  /** The reason that the stopping callback gave; absent where no callback stopped the run. */
  readonly stopReason?: string;
  /** The number of steps taken by the trainer so far, over all runs. */
  readonly steps: number;
  /** Seconds that the whole call took, with validation. */
  readonly seconds: number;
  /** The path of the newest checkpoint; absent where the run kept none. */
  readonly checkpoint?: string;
}
