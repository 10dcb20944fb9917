/** The record of a trainer's work, over all runs. */
import { randomUUID } from 'node:crypto';
import { ExponentialAverage } from '../average/exponential.js';
import type { SavedCallback } from './callback.js';
import type { EpochRecord } from './history.js';
import type { SavedRun } from './saved-run.js';

/** The record that a trainer shares with its runs, which add to it. */
export interface TrainingRecord {
  /** Identifies the trainer in checkpoints; a trainer that is resumed takes it over. */
  lineage: string;
  steps: number;
  /** The number of times that the weights entered the average. */
  averaged: number;
  readonly history: EpochRecord[];
  /** The average of the finite losses of the history. */
  readonly smoothedLoss: ExponentialAverage;
  /** The run that the next call of fit continues. */
  resumed: ResumedRun | undefined;
}

/** A run that was read from a checkpoint. */
interface ResumedRun {
  readonly run: SavedRun;
  readonly callbacks: Readonly<Record<string, SavedCallback>>;
  /** The path of the checkpoint. */
  readonly file: string;
}

/** Returns the record of a new trainer. */
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

/** Replaces all elements of an array in place. `push(...by)` would fail where `by` is long. */
export function replaceAll<T>(array: T[], by: readonly T[]): void {
  array.length = 0;
  for (const each of by) array.push(each);
}
