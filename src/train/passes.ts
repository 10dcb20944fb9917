/** Checks the options of a trainer's passes over rows that take no step. */
import { checkArray, isArrayOf } from '../arrays.js';
import { type Weights, checkWeights } from '../average/weights.js';
import { Dataset, nativeDataset } from '../data/dataset.js';
import { ThalwegError } from '../errors.js';
import type { AccuracyByLoss, LossName } from '../loss/loss.js';
import { checkMetrics } from '../metrics/measure.js';
import type { Measured, Metric } from '../metrics/requests.js';
import { elements } from '../nn/layer.js';
import type { Sequential } from '../nn/sequential.js';
import { checkBoolean, checkOptions } from '../options.js';
import { isInstance } from '../values.js';
import type { WeightedEvaluation } from '../run/history.js';
import { type Task, checkDataset } from '../run/task.js';
import { type EvaluationPlan, evaluationBatch } from './evaluation.js';
import { checkLeastBatch, fittingBatch } from './least-batch.js';
import { checkBatch } from './run/batches.js';

/** The result of {@link Trainer.gradients}. */
export interface LossGradients {
  /** The mean loss over the rows. */
  readonly loss: number;
  /** Gradients of the mean loss by parameter name, each as long as its parameter, without frozen parameters. */
  readonly gradients: Record<string, Float32Array>;
}

/** Options of methods that read a trainer's weights. */
export interface WeightsOptions {
  /** The latest weights, or their average, which must have begun. Default `'raw'`. */
  readonly weights?: Weights;
}

/** Options of passes over rows. */
export interface PassOptions extends WeightsOptions {
  /** The rows of one pass, which affect only speed and memory; an integer, at least 1. Default 512. */
  readonly batchSize?: number;
}

/** Options of {@link Trainer.evaluate}. */
export interface EvaluateOptions<
  M extends readonly Metric[] = readonly Metric[],
> extends PassOptions {
  /** The metrics to measure besides the loss. Default none. */
  readonly metrics?: M;
}

/** The values of the requested metrics, by name. */
export interface MeasuredMetrics<M extends readonly Metric[]> {
  /** The value of each metric, in the metric's own form. */
  readonly metrics: Measured<M>;
}

/** An {@link Evaluation} by the loss L with the values of the requested metrics. */
export type MeasuredEvaluation<M extends readonly Metric[], L extends LossName = LossName> = Omit<
  WeightedEvaluation,
  'metrics'
> &
  AccuracyByLoss[L] &
  (M extends readonly [] ? unknown : MeasuredMetrics<M>);

const passKeys = ['batchSize', 'weights'];

/** Checks a call of {@link Trainer.evaluate}. */
export function planEvaluation(
  dataset: Dataset,
  options: EvaluateOptions,
  task: Task,
): EvaluationPlan {
  checkOptions('evaluate', options, [...passKeys, 'metrics']);
  checkDataset('dataset', dataset, task);
  const given = options.batchSize ?? evaluationBatch;
  const batchSize = checkBatch('evaluate.batchSize', given, dataset.length);
  const { loss, model } = task;
  const outputs = elements(model.outputShape);
  const wanted = checkMetrics('evaluate.metrics', options.metrics ?? [], loss, outputs);
  return { loss, wanted, batchSize, weights: checkWeights('evaluate.weights', options.weights) };
}

/** A checked call of {@link Trainer.predict}. */
export interface PredictionPlan {
  readonly rows: number;
  /** The number of outputs of one row. */
  readonly outputs: number;
  readonly batchSize: number;
  readonly averaged: boolean;
}

/** Returns the number of numbers; throws TYPE, DTYPE or DISPOSED. Bytes need the scale of a data set. */
function countInputs(inputs: unknown): number {
  if (isInstance(inputs, Dataset)) {
    nativeDataset(inputs, 'inputs');
    return inputs.length * inputs.features;
  }
  if (isArrayOf(inputs, Uint8Array))
    throw new ThalwegError({
      code: 'DTYPE',
      path: 'inputs',
      received: 'a Uint8Array',
      expected: 'a Float32Array or a data set',
      remedy: 'pass data.fromArrays({ inputs, shape, scale }), with the scale of the training',
    });
  return checkArray('inputs', inputs, Float32Array).length;
}

/** Checks a call of {@link Trainer.predict}. */
export function planPrediction(
  inputs: Float32Array | Dataset,
  options: PassOptions,
  model: Sequential,
): PredictionPlan {
  checkOptions('predict', options, passKeys);
  const averaged = checkWeights('predict.weights', options.weights) === 'averaged';
  const count = countInputs(inputs);
  const features = elements(model.input);
  const own = isInstance(inputs, Dataset) ? inputs.features : features;
  if (own !== features || count % features !== 0)
    throw new ThalwegError({
      code: 'SHAPE',
      path: 'inputs',
      received: own === features ? `${count} numbers` : `rows of ${own} numbers`,
      expected: `a multiple of the model's ${features} inputs`,
    });
  const rows = count / features;
  const given = options.batchSize ?? evaluationBatch;
  const batchSize = checkBatch('predict.batchSize', given, Math.max(rows, 1));
  return { rows, outputs: elements(model.outputShape), batchSize, averaged };
}

/** Checks a call of {@link Trainer.refreshStatistics}. */
export function planRefresh(
  dataset: Dataset,
  options: PassOptions,
  task: Task,
): { readonly batchSize: number; readonly averaged: boolean } {
  checkOptions('refreshStatistics', options, passKeys);
  const averaged = checkWeights('refreshStatistics.weights', options.weights) === 'averaged';
  checkDataset('dataset', dataset, task);
  const rows = dataset.length;
  const path = 'refreshStatistics.batchSize';
  const given = options.batchSize ?? fittingBatch(task.model, rows, evaluationBatch);
  const batchSize = checkBatch(path, given, rows);
  checkLeastBatch(path, task.model, { batchSize, rows });
  return { batchSize, averaged };
}

/** Checks a call of {@link Trainer.gradients}. Returns true where layers act as in training. */
export function checkGradients(
  dataset: Dataset,
  rows: Uint32Array,
  options: { readonly training?: boolean },
  task: Task,
): boolean {
  checkOptions('gradients', options, ['training']);
  const training = checkBoolean('gradients.training', options.training ?? false);
  checkDataset('dataset', dataset, task);
  checkArray('rows', rows, Uint32Array);
  if (rows.length === 0)
    throw new ThalwegError({
      code: 'RANGE',
      path: 'rows',
      received: 'no row',
      expected: 'at least one row',
    });
  if (training) checkLeastBatch('rows', task.model, { batchSize: rows.length, rows: rows.length });
  return training;
}
