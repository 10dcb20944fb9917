/** Checkpoint files: `Trainer.save` and fit's option `checkpoint` write, `Trainer.resume` reads them. */
export { inspect } from './inspect.js';
export type { InspectedState, InspectedTensor, Inspection } from './inspect.js';
export type { CheckpointOptions, RollbackOptions } from './options.js';
export type { Resumed, ResumeOptions } from './resume.js';
export type { DamagedCheckpoint } from './folder.js';
export type { Difference } from './differences.js';
