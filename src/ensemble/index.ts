/** Ensembles, which combine the predictions of several models. */
export { Ensemble } from './ensemble.js';
export type { EnsembleOptions, SelectOptions, Selection } from './ensemble.js';
export type { Combine } from './combine.js';
export { seeds, trials } from './make.js';
export type { MakeOptions, SearchedTrial, SeedsOptions, TopOptions } from './make.js';
export { fromFiles, member } from './member.js';
export type { Member, MemberOptions } from './member.js';
export type { EnsembleEvaluation } from './scores.js';
export { Snapshots, snapshots } from './snapshots.js';
export type { SnapshotsOptions } from './snapshots.js';
export type { CurvePoint, SelectionMetric, SelectionRound } from './study.js';
