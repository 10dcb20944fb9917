/** Metrics that add predictions batch by batch, with the same result at every batch size. */
export { ConfusionMatrix } from './confusion-matrix.js';
export { Regression } from './regression.js';
export { RocAuc } from './roc-auc.js';
export { TopK } from './top-k.js';
export { f1, precision, recall, topK } from './requests.js';
export type {
  AverageSuffix,
  Measured,
  Metric,
  MetricName,
  MetricNameOf,
  MetricRequest,
  MetricValue,
  MetricValueOf,
  MetricValues,
} from './requests.js';
export type {
  ClassScores,
  ClassificationScores,
  ConfusionMatrixOptions,
  ScoreAverage,
} from './confusion-matrix.js';
export type { DatasetMetrics, EpochMetrics, MetricPath } from './path.js';
export type { RegressionOptions } from './regression.js';
export type { TopKOptions } from './top-k.js';
