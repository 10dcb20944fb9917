/** Searches for hyper-parameters. */
export { choice, conditional, integer, logUniform, uniform } from './space.js';
export type {
  Choice,
  ChoiceValue,
  Conditional,
  ConditionalOptions,
  Dimension,
  Integer,
  IntegerOptions,
  LogUniform,
  PlainDimension,
  Space,
  Uniform,
  ValueOf,
  Values,
  When,
} from './space.js';
export type { AnyValues, Condition, Parameter } from './parameters.js';
export type { Proposals, Sampler, SamplerSetting, Suggestion } from './sampler.js';
export type { Report, TrialRecord, TrialState } from './trial-record.js';
export { grid } from './samplers/grid.js';
export type { GridOptions } from './samplers/grid.js';
export { random } from './samplers/random.js';
export { sobol } from './samplers/sobol.js';
export type { SobolOptions } from './samplers/sobol.js';
export { staged } from './samplers/staged.js';
export type { Stage, StagedOptions } from './samplers/staged.js';
export { tpe } from './samplers/tpe.js';
export type { TpeOptions } from './samplers/tpe.js';
export type { Border } from './border.js';
export { load } from './load.js';
export type { LoadOptions, StoredTrials } from './load.js';
export { run } from './run.js';
export type { RunOptions } from './run.js';
export { study } from './open.js';
export { Study } from './study.js';
export type { Budget, Direction, SamplerName, StudyOptions } from './study-options.js';
export type { ReportOptions } from './report.js';
export { Trial, TrialStopped } from './trial.js';
export { explosion, median, noLearning, patience, successiveHalving } from './rules/rules.js';
export type {
  ExplosionOptions,
  MedianOptions,
  NoLearningOptions,
  PatienceOptions,
  SuccessiveHalvingOptions,
} from './rules/rules.js';
export type { RuleContext, StoppingRule, Verdict } from './rules/rule.js';
