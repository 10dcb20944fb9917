/** The parts of a trainer that its checkpoints and its runs use. */
import type { NativeTrainer } from '../native.js';
import type { Sequential } from '../nn/sequential.js';
import type { StepSettings } from '../optim/settings.js';
import type { TrainingRecord } from './record.js';
import type { Task } from './task.js';
import type { TrainerDescription } from './trainer-description.js';

/** The parts of a trainer that its checkpoints use. */
export interface TrainerContext {
  readonly native: NativeTrainer;
  readonly model: Sequential;
  readonly description: TrainerDescription;
  /** The number of scalars of the optimizer's state, over all groups, and of the average. */
  readonly scalars: number;
  readonly record: TrainingRecord;
}

/** The parts of a trainer that its runs use. */
export interface RunContext extends Task, TrainerContext {
  readonly settings: StepSettings;
  /** The record of all runs, to which the current run adds. */
  readonly record: TrainingRecord;
  /** Returns false after the trainer was disposed of. */
  readonly isLive: () => boolean;
  /** Lets other calls read the trainer while `body` runs; no job of the run may run meanwhile. */
  readonly open: <T>(body: () => Promise<T>) => Promise<T>;
}
