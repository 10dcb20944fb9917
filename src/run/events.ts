/** The events of a run. */
import type { AccuracyByLoss, LossName } from '../loss/loss.js';
import type { EndReason, EpochRecord, EpochRecordOf, Evaluation } from './history.js';

/** Sent once, before the first step. */
export interface StartEvent {
  /** The type of event. */
  readonly type: 'start';
  /** The number of epochs of this run. */
  readonly epochs: number;
  /** The number of the run's first epoch, from 0 over all runs. A resumed run keeps this number. */
  readonly firstEpoch: number;
  /** The number of steps of one epoch; where the batch size follows a schedule, of the first epoch. */
  readonly stepsPerEpoch: number;
  /** The number of rows of the training set. */
  readonly examples: number;
  /** The trainer's device. */
  readonly device: string;
  /** Instruction set of the vector lanes: `baseline`, `avx2` or `avx512`. */
  readonly isa: string;
  /** The number of elements of all parameters, with frozen ones. */
  readonly parameters: number;
}

/** Sent at most 20 times a second during an epoch. Loss and accuracy are means over the epoch so far. */
export interface ProgressEvent extends Evaluation {
  /** The type of event. */
  readonly type: 'progress';
  /** The number of the epoch, from 0 over all runs. */
  readonly epoch: number;
  /** The number of steps taken, over all runs. */
  readonly step: number;
  /** The number of steps done in this epoch, from 1, with skipped steps. */
  readonly stepInEpoch: number;
  /** The number of these steps that `nonFinite: 'skip'` skipped. */
  readonly skippedSteps: number;
  /** The number of steps of this epoch. */
  readonly stepsPerEpoch: number;
  /** The rows of one step, over all its accumulated batches. */
  readonly batchSize: number;
  /** Exponentially weighted average of the loss over about 50 steps. Absent before the first finite loss. */
  readonly smoothedLoss?: number;
  /** Euclidean norm of the last step's gradient; absent where the step did not need it. */
  readonly gradientNorm?: number;
  /** Base learning rate of the last step. */
  readonly learningRate: number;
  /** Rows trained per second, over this epoch. */
  readonly examplesPerSecond: number;
}

/** Sent after each epoch and its validation. */
export interface EpochEvent extends EpochRecord {
  /** The type of event. */
  readonly type: 'epoch';
}

/**
 * The subject of a warning. Callbacks may send other codes.
 *
 * - `STALL`: the learning rate is too small to change the loss
 * - `NOTHING_TRAINED`: every parameter is frozen
 * - `LARGE_TARGETS`: the regression targets are far from 1 in size
 * - `ALL_SKIPPED`: no step of an epoch was taken
 * - `EXPLODING`: the gradient of a layer is far larger than before
 * - `VANISHING`: hardly any gradient reaches a layer
 * - `LARGE_UPDATES`: steps change the weights of a layer too much
 * - `DEAD_UNITS`: too many units of a layer are always 0
 * - `CHECKPOINT`: a checkpoint could not be written
 * - `ROLLBACK`: the run went back to a checkpoint
 */
export type WarningCode =
  | 'STALL'
  | 'NOTHING_TRAINED'
  | 'LARGE_TARGETS'
  | 'ALL_SKIPPED'
  | 'EXPLODING'
  | 'VANISHING'
  | 'LARGE_UPDATES'
  | 'DEAD_UNITS'
  | 'CHECKPOINT'
  | 'ROLLBACK'
  | (string & {});

/**
 * Sent where a run gives reason for doubt. A run sends each `code` at most once for each layer, even if it
 * was resumed, but `CHECKPOINT` and `ROLLBACK` each time. After the run went back to a checkpoint, it may
 * repeat warnings that it had sent after this checkpoint.
 */
export interface WarningEvent {
  /** The type of event. */
  readonly type: 'warning';
  /** The subject of the warning. */
  readonly code: WarningCode;
  /** The number of the epoch, from 0 over all runs. */
  readonly epoch: number;
  /** The layer or parameter of the warning; absent where it has none. */
  readonly layer?: string;
  /** The observation. */
  readonly message: string;
  /** Advice for the user. */
  readonly remedy: string;
}

/** Sent as the last event; only warnings that callbacks send from `end` follow it. */
export interface EndEvent {
  /** The type of event. */
  readonly type: 'end';
  /** `'completed'`, `'aborted'` by a signal or by disposal, or `'stopped'` by a callback. */
  readonly reason: EndReason;
  /** The reason that the stopping callback gave; absent where no callback stopped the run. */
  readonly stopReason?: string;
  /** Seconds that the whole call took. */
  readonly seconds: number;
}

/** Sent after a checkpoint was written, except the last one, which `History.checkpoint` names. */
export interface CheckpointEvent {
  /** The type of event. */
  readonly type: 'checkpoint';
  /** The path of the file. */
  readonly file: string;
  /** The number of steps that the checkpoint includes, over all runs. */
  readonly step: number;
  /** The number of finished epochs that the checkpoint includes. */
  readonly epoch: number;
  /** Seconds from the snapshot until the file was complete; training went on meanwhile. */
  readonly seconds: number;
  /** The size of the file in bytes. */
  readonly bytes: number;
}

/** Any event of a run; `type` distinguishes them. `L` is the name of the run's loss, where the type knows it. */
export type TrainEvent<L extends LossName = LossName> =
  | CheckpointEvent
  | StartEvent
  | (ProgressEvent & AccuracyByLoss[L])
  | (EpochEvent & EpochRecordOf<L>)
  | WarningEvent
  | EndEvent;
