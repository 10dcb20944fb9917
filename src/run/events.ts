/** What a run tells while it runs. */
import type { AccuracyByLoss, LossName } from '../loss/loss.js';
import type { EndReason, EpochRecord, EpochRecordOf, Evaluation } from './history.js';

/** Sent once, before the first step. */
export interface StartEvent {
  /** Tells the events apart. */
  readonly type: 'start';
  /** Epochs of this run. */
  readonly epochs: number;
  /** The number of the first of them, from 0 over all runs; also of a run that was resumed. */
  readonly firstEpoch: number;
  /** Steps of one epoch; of the first, where the batch size follows a schedule. */
  readonly stepsPerEpoch: number;
  /** Rows of the training set. */
  readonly examples: number;
  /** The trainer's device. */
  readonly device: string;
  /** Instruction set of the vector lanes: `baseline`, `avx2` or `avx512`. */
  readonly isa: string;
  /** Trainable numbers of the model. */
  readonly parameters: number;
}

/** Sent at most 20 times a second. Loss and accuracy are means over the epoch so far. */
export interface ProgressEvent extends Evaluation {
  /** Tells the events apart. */
  readonly type: 'progress';
  /** From 0, over all runs. */
  readonly epoch: number;
  /** Steps taken, over all runs. */
  readonly step: number;
  /** Steps done in this epoch, from 1, with skipped ones. */
  readonly stepInEpoch: number;
  /** Steps among these that `nonFinite: 'skip'` left out. */
  readonly skippedSteps: number;
  /** Steps of this epoch. */
  readonly stepsPerEpoch: number;
  /** Rows a step, over all its accumulated batches. */
  readonly batchSize: number;
  /** Loss of about the last 50 steps: an exponentially weighted average. Absent before the first. */
  readonly smoothedLoss?: number;
  /** Euclidean norm of the last step's gradient; absent where the step did not need it. */
  readonly gradientNorm?: number;
  /** Base learning rate of the last step. */
  readonly learningRate: number;
  /** Rows trained a second, over this epoch. */
  readonly examplesPerSecond: number;
}

/** Sent after each epoch and its validation. */
export interface EpochEvent extends EpochRecord {
  /** Tells the events apart. */
  readonly type: 'epoch';
}

/**
 * What a warning is about: `STALL`: the learning rate is too small to move the loss;
 * `NOTHING_TRAINED`: every parameter is frozen; `LARGE_TARGETS`: numbers to be learnt are far from 1;
 * `ALL_SKIPPED`: no step of an epoch was taken. Of a monitor,
 * which names the layer, `EXPLODING`: its gradient grows beyond those before it; `VANISHING`: hardly
 * any gradient reaches it; `LARGE_UPDATES`: steps change it too much; `DEAD_UNITS`: too many of its
 * units are always 0. Of checkpoints, `CHECKPOINT`: one could not be written; `ROLLBACK`: the run went
 * back to one. Others are of callbacks.
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
 * Sent where a run gives reason to doubt it; each `code`, of each layer, at most once a run, also of one
 * that was resumed. But `CHECKPOINT` and `ROLLBACK` come each time, and what was warned of since the
 * checkpoint that a run goes back to may come again.
 */
export interface WarningEvent {
  /** Tells the events apart. */
  readonly type: 'warning';
  /** What it is about. */
  readonly code: WarningCode;
  /** From 0, over all runs. */
  readonly epoch: number;
  /** The layer or parameter that it is about, where it is about one. */
  readonly layer?: string;
  /** What was seen. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
}

/** Sent last, but for what callbacks warn of in their own `end`. */
export interface EndEvent {
  /** Tells the events apart. */
  readonly type: 'end';
  /** `aborted` by a signal or by disposal, `stopped` by a callback. */
  readonly reason: EndReason;
  /** What the callback said that stopped the run. */
  readonly stopReason?: string;
  /** Time of the whole call. */
  readonly seconds: number;
}

/** Sent after a checkpoint was written; not of the last one, which `History.checkpoint` names. */
export interface CheckpointEvent {
  /** Tells the events apart. */
  readonly type: 'checkpoint';
  /** Where it lies. */
  readonly file: string;
  /** Steps taken when it was, over all runs. */
  readonly step: number;
  /** Epochs finished then. */
  readonly epoch: number;
  /** From the snapshot to the file's name; training went on meanwhile. */
  readonly seconds: number;
  /** Size of the file. */
  readonly bytes: number;
}

/** Any of them; `type` tells which. `L` is the name of the run's loss, where the type knows it. */
export type TrainEvent<L extends LossName = LossName> =
  | CheckpointEvent
  | StartEvent
  | (ProgressEvent & AccuracyByLoss[L])
  | (EpochEvent & EpochRecordOf<L>)
  | WarningEvent
  | EndEvent;
