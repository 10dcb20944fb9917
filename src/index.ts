/** The exports of the package. */
export * as average from './average/index.js';
export * as callbacks from './callbacks/index.js';
export { progressListener as progress } from './callbacks/progress.js';
export type { ProgressOptions, ProgressStream } from './callbacks/progress.js';
export * as chart from './report/chart.js';
export * as checkpoint from './checkpoint/index.js';
export * as data from './data/index.js';
export * as device from './device.js';
export * as ensemble from './ensemble/index.js';
export { ThalwegError } from './errors.js';
export type { ErrorCode, ErrorFields } from './errors.js';
export * as exchange from './exchange/index.js';
export * as io from './io/index.js';
export * as loss from './loss/index.js';
export * as metrics from './metrics/index.js';
export * as nn from './nn/index.js';
export * as optim from './optim/index.js';
export * as schedule from './schedule/index.js';
export * as search from './search/index.js';
export * as tune from './tune/index.js';
export { Trainer } from './train/trainer.js';
export type { TrainerDescription, TrainerJson } from './run/trainer-description.js';
export type { LoadTrainerOptions } from './train/load.js';
export type { Preprocessing } from './model/document.js';
export type { OutputKind } from './model/outputs.js';
export type { SaveModelOptions } from './model/saving.js';
export { Predictor } from './model/predictor.js';
export type { Classification, ClassScore } from './model/classification.js';
export type {
  ClassifyOptions,
  PredictOptions,
  PredictorOptions,
} from './model/predictor-options.js';
export type { ByteScaling, NestedNumbers, PredictorInputs } from './model/rows.js';
export type { TrainerMinimizeOptions } from './train/minimize.js';
export type { FitOptions } from './train/run/options.js';
export type { TrainerOptions } from './train/trainer-options.js';
export type {
  EvaluateOptions,
  LossGradients,
  MeasuredEvaluation,
  MeasuredMetrics,
  PassOptions,
  WeightsOptions,
} from './train/passes.js';
export type { LoadedWeights } from './train/weights.js';
export type { Fit } from './train/run/fit.js';
export type { GuardOptions } from './train/run/guard.js';
export type { MonitorOptions } from './train/run/monitor.js';
export type { LayerHealth } from './run/health.js';
export type {
  EndReason,
  EpochRecord,
  EpochRecordOf,
  Evaluation,
  History,
  WeightedEvaluation,
} from './run/history.js';
export type {
  CheckpointEvent,
  EndEvent,
  EpochEvent,
  ProgressEvent,
  StartEvent,
  TrainEvent,
  WarningCode,
  WarningEvent,
} from './run/events.js';
