/** What a run recorded, epoch by epoch; plain data. */
import type { Weights } from '../average/weights.js';
import type { AccuracyByLoss, LossName } from '../loss/loss.js';
import type { MetricValue } from '../metrics/requests.js';
import type { LayerHealth } from './health.js';

/** Loss of a data set, and accuracy where the loss has one. */
export interface Evaluation {
  /** Mean over examples. */
  readonly loss: number;
  /** Share of examples whose largest output is their label; absent for other losses. */
  readonly accuracy?: number;
  /** Values of the metrics that were asked for, by name; absent where none were. */
  readonly metrics?: Readonly<Record<string, MetricValue>>;
}

/** An evaluation that says which weights it measured. */
export interface WeightedEvaluation extends Evaluation {
  /** The latest, or their average. */
  readonly weights: Weights;
}

/** One epoch. Training loss and accuracy are running means, as the weights changed. */
export interface EpochRecord extends Evaluation {
  /** From 0. */
  readonly epoch: number;
  /** Exponentially weighted average of the epochs' losses so far, β = 0.9, bias corrected. */
  readonly smoothedLoss: number;
  /** What the validation set measured after the epoch; absent where `fit` was given none. */
  readonly validation?: WeightedEvaluation;
  /** Time of the epoch's training, without validation. */
  readonly seconds: number;
  /** Rows trained a second. */
  readonly examplesPerSecond: number;
  /** Base learning rate of the epoch's last step. */
  readonly learningRate: number;
  /** Euclidean norm of the last step's gradient; absent where the step did not need it. */
  readonly gradientNorm?: number;
  /** Steps that `nonFinite: 'skip'` left out. */
  readonly skippedSteps: number;
  /** What the monitor saw, layer by layer; absent where it was off or looked at no step. */
  readonly layers?: readonly LayerHealth[];
}

/** An epoch of a run with the loss L, which types its accuracies. */
export type EpochRecordOf<L extends LossName> = EpochRecord &
  AccuracyByLoss[L] & {
    /** What the validation set measured, as in {@link EpochRecord}. */
    readonly validation?: WeightedEvaluation & AccuracyByLoss[L];
  };

/** Why a run ended: as asked for, by a signal or disposal, or by a callback. */
export type EndReason = 'completed' | 'aborted' | 'stopped';

/** A whole run. `L` is the name of its loss, where the type knows it. */
export interface History<L extends LossName = LossName> {
  /** The epochs that were finished. */
  readonly epochs: readonly EpochRecordOf<L>[];
  /** Why it ended. */
  readonly reason: EndReason;
  /** What the callback said that stopped the run; absent where none did. */
  readonly stopReason?: string;
  /** Steps taken by the trainer so far, over all runs. */
  readonly steps: number;
  /** Time of the whole call, validation included. */
  readonly seconds: number;
  /** The newest file, where the run kept checkpoints. */
  readonly checkpoint?: string;
}
