/** What a trainer shares with its checkpoints and its runs. */
import type { NativeTrainer } from '../native.js';
import type { Sequential } from '../nn/sequential.js';
import type { StepSettings } from '../optim/settings.js';
import type { TrainingRecord } from './record.js';
import type { Task } from './task.js';
import type { TrainerDescription } from './trainer-description.js';

/** A trainer as checkpoints see it. */
export interface TrainerContext {
  readonly native: NativeTrainer;
  readonly model: Sequential;
  readonly description: TrainerDescription;
  /** Scalars of the optimizer, over all groups, and of the average. */
  readonly scalars: number;
  readonly record: TrainingRecord;
}

/** A trainer as its runs see it. */
export interface RunContext extends Task, TrainerContext {
  readonly settings: StepSettings;
  /** Over all runs; this one adds to it. */
  readonly record: TrainingRecord;
  /** False once the trainer was disposed of. */
  readonly isLive: () => boolean;
  /** Lets others read the trainer during the body, in which nothing else runs. */
  readonly open: <T>(body: () => Promise<T>) => Promise<T>;
}
