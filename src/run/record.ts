/** What a trainer has done so far, over all runs. */
import { randomUUID } from 'node:crypto';
import { ExponentialAverage } from '../average/exponential.js';
import type { SavedCallback } from './callback.js';
import type { EpochRecord } from './history.js';
import type { SavedRun } from './saved-run.js';

/** Shared by a trainer and its runs, which add to it. */
export interface TrainingRecord {
  /** Names the trainer's life in checkpoints. */
  lineage: string;
  steps: number;
  /** Weights that the average has seen. */
  averaged: number;
  readonly history: EpochRecord[];
  /** The average of the history's losses, without those that are not finite. */
  readonly smoothedLoss: ExponentialAverage;
  /** The run that the next call of fit goes on with. */
  resumed: ResumedRun | undefined;
}

/** A run that a checkpoint was taken of. */
interface ResumedRun {
  readonly run: SavedRun;
  readonly callbacks: Readonly<Record<string, SavedCallback>>;
  /** The checkpoint. */
  readonly file: string;
}

/** The record of a trainer that has done nothing. */
export function newRecord(): TrainingRecord {
  return {
    lineage: randomUUID(),
    steps: 0,
    averaged: 0,
    history: [],
    smoothedLoss: new ExponentialAverage({ beta: 0.9 }),
    resumed: undefined,
  };
}

/** Puts others in the place of all elements; there may be more of them than a call takes arguments. */
export function replaceAll<T>(array: T[], by: readonly T[]): void {
  array.length = 0;
  for (const each of by) array.push(each);
}
