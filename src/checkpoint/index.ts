/** Checkpoints as files; `Trainer.save`, `Trainer.resume` and option `checkpoint` of fit make and use them. */
export { inspect } from './inspect.js';
export type { InspectedTensor, Inspection } from './inspect.js';
export type { CheckpointOptions, RollbackOptions } from './options.js';
export type { Resumed, ResumeOptions } from './resume.js';
export type { DamagedCheckpoint } from './folder.js';
export type { Difference } from './differences.js';
export type { LayerWatchState } from '../train/layer-watch.js';
export type { MonitorState } from '../train/monitor.js';
export type { RecentLossState, RecentSums } from '../train/recent-loss.js';
export type {
  CallbackState,
  CheckpointState,
  EpochProgress,
  EpochUnderWay,
  RunState,
  SentWarning,
  TrainerDescription,
  WayBack,
  Writer,
} from './state.js';
