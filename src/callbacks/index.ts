/** What watches a run, may stop it, and writes down how it went. */
export { earlyStopping } from './early-stopping.js';
export { listener } from './listener.js';
export { terminateOnNonFinite } from './terminate-on-non-finite.js';
export type { Callback, Json, MetricPath, RunControl, SavedCallback } from './callback.js';
export type { EarlyStopping, EarlyStoppingOptions } from './early-stopping.js';
