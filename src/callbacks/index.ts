/** Callbacks that watch a run, stop it, or log its progress. */
export { csvLog } from './csv-log.js';
export { earlyStopping } from './early-stopping.js';
export { jsonLog } from './json-log.js';
export { listener } from './listener.js';
export { progress } from './progress.js';
export { tensorBoard } from './tensor-board.js';
export { terminateOnNonFinite } from './terminate-on-non-finite.js';
export type { Callback, Json, RunControl } from '../run/callback.js';
export type { EarlyStopping, EarlyStoppingOptions } from './early-stopping.js';
export type { CsvLogOptions } from './csv-log.js';
export type { JsonLogOptions } from './json-log.js';
export type { TensorBoardOptions } from './tensor-board.js';
