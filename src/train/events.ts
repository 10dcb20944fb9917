/** What a run tells while it runs. */
import type { EpochRecord, Evaluation } from './history.js';

/** Sent once, before the first step. */
export interface StartEvent {
  readonly type: 'start';
  readonly epochs: number;
  readonly stepsPerEpoch: number;
  /** Rows of the training set. */
  readonly examples: number;
  readonly device: string;
  readonly isa: string;
  /** Trainable numbers of the model. */
  readonly parameters: number;
}

/** Sent at most 20 times a second. Loss and accuracy are means over the epoch so far. */
export interface ProgressEvent extends Evaluation {
  readonly type: 'progress';
  /** From 0, over all runs. */
  readonly epoch: number;
  /** Steps taken, over all runs. */
  readonly step: number;
  readonly stepInEpoch: number;
  readonly stepsPerEpoch: number;
  /** Rows a step. */
  readonly batchSize: number;
  readonly gradientNorm?: number;
  readonly learningRate: number;
  readonly examplesPerSecond: number;
}

/** Sent after each epoch and its validation. */
export interface EpochEvent extends EpochRecord {
  readonly type: 'epoch';
}

/** Sent last. */
export interface EndEvent {
  readonly type: 'end';
  readonly reason: 'completed' | 'aborted';
  readonly seconds: number;
}

/** Any of them; `type` tells which. */
export type TrainEvent = StartEvent | ProgressEvent | EpochEvent | EndEvent;
