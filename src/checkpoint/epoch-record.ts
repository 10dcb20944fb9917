/** The schema of an epoch's record in a file. */
import type { ClassScores } from '../metrics/confusion-matrix.js';
import type { MetricValue } from '../metrics/requests.js';
import type { LayerHealth } from '../run/health.js';
import type { EpochRecord, Evaluation, WeightedEvaluation } from '../run/history.js';
import {
  type Schema,
  anyNumber,
  count,
  dictionary,
  list,
  magnitude,
  number,
  objectOf,
  oneOf,
  optional,
  text,
} from '../schema.js';

/** A share of examples; NaN where there were none. */
const share: Schema<number> = (value) =>
  Number.isNaN(value) ? NaN : number({ min: 0, max: 1 })(value);

const classScores = objectOf<ClassScores>({
  precision: share,
  recall: share,
  f1: share,
  support: magnitude,
});
const table = list(list(magnitude));
const scores = list(classScores);

const metricValue: Schema<MetricValue> = (value) => {
  if (!Array.isArray(value)) return anyNumber(value);
  return Array.isArray(value[0]) ? table(value) : scores(value);
};

const evaluation = {
  loss: anyNumber,
  accuracy: optional(share),
  metrics: optional(dictionary(metricValue)),
} satisfies Parameters<typeof objectOf<Evaluation>>[0];

const layerHealth = objectOf<LayerHealth>({
  layer: text(),
  gradientNorm: optional(magnitude),
  largestGradientNorm: optional(magnitude),
  weightNorm: optional(magnitude),
  updateRatio: optional(magnitude),
  deadShare: optional(share),
});

/** The schema of one finished epoch. */
export const epochRecord = objectOf<EpochRecord>({
  ...evaluation,
  epoch: count(),
  smoothedLoss: anyNumber,
  validation: optional(
    objectOf<WeightedEvaluation>({ ...evaluation, weights: oneOf('raw', 'averaged') }),
  ),
  seconds: number({ min: 0 }),
  examplesPerSecond: magnitude,
  learningRate: number({ min: 0 }),
  gradientNorm: optional(magnitude),
  skippedSteps: count(),
  layers: optional(list(layerHealth)),
});
