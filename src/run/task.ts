/** The task of a trainer, and the check that data fit it. */
import { type Dataset, nativeDataset } from '../data/dataset.js';
import { ThalwegError } from '../errors.js';
import type { Loss, LossName } from '../loss/loss.js';
import { type Layer, elements } from '../nn/layer.js';
import { type Sequential, checkSequential } from '../nn/sequential.js';

/** The model and the loss, which determine the sizes and the kind of labels, and the device. */
export interface Task {
  readonly model: Sequential;
  readonly loss: Loss;
  readonly device: string;
}

/** Layers that leave all numbers as they are. */
const onlyShapes: readonly string[] = ['flatten', 'reshape'];

/** The activation that a loss applies to the model's outputs itself. */
const appliedBy: Partial<Record<LossName, string>> = {
  softmaxCrossEntropy: 'softmax',
  sigmoidCrossEntropy: 'sigmoid',
};

/**
 * Returns `model` if it is a model that suits the loss. Throws TYPE for other values, and MISMATCH where
 * the model ends in the activation that the loss applies itself, or has outputs of several dimensions or
 * one output for softmax.
 */
export function checkModel(model: unknown, loss: Loss): Sequential {
  checkSequential('model', model);
  const layers = model.layers.filter(({ layer }) => !onlyShapes.includes(layer.kind));
  const last = layers.at(-1)?.layer as (Layer & { readonly activation?: string }) | undefined;
  const end = last?.activation ?? last?.kind;
  if (end !== undefined && end === appliedBy[loss.kind])
    throw new ThalwegError({
      code: 'MISMATCH',
      path: 'model',
      received: `a model that ends in ${end}`,
      expected: `a model that ends in logits, because ${loss.kind} applies ${end} itself`,
      remedy: `leave the ${end} out`,
    });
  if (loss.kind === 'softmaxCrossEntropy') checkClasses(model.outputShape);
  return model;
}

/** Refuses outputs of several dimensions, because an example has one class. */
function checkClasses(shape: readonly number[]): void {
  if (shape.length > 1)
    throw new ThalwegError({
      code: 'MISMATCH',
      path: 'model',
      received: `outputs of shape [${shape.join(', ')}], for softmaxCrossEntropy`,
      expected: 'outputs of one dimension, one for each class',
      remedy: 'put nn.flatten() before the last nn.dense, or at the end if each number is a class',
    });
  if (shape[0] === 1) refuseOneClass();
}

/** Refuses a single output: its softmax is always 1, so the loss is 0 and nothing is learnt. */
function refuseOneClass(): never {
  throw new ThalwegError({
    code: 'MISMATCH',
    path: 'model',
    received: 'a model with one output, for softmaxCrossEntropy',
    expected: 'an output for each class, at least two',
    remedy: 'for two classes end in nn.dense(2), or take sigmoidCrossEntropy with labels 0 and 1',
  });
}

function describeLabels({ labelKind, labelWidth }: Dataset): string {
  if (labelKind === 'none') return 'no labels';
  return labelKind === 'sparse' ? 'class indices' : `${labelWidth} values a row`;
}

/** Throws SHAPE where the data set does not fit the model and its loss. */
export function checkDataset(path: string, dataset: Dataset, { model, loss }: Task): void {
  nativeDataset(dataset, path);
  const features = elements(model.input);
  const outputs = elements(model.outputShape);
  if (dataset.features !== features)
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: `examples of ${dataset.features} numbers`,
      expected: `examples of the model's ${features} inputs`,
    });
  const sparse = loss.kind === 'softmaxCrossEntropy' && dataset.labelKind === 'sparse';
  if (!sparse && (dataset.labelKind !== 'dense' || dataset.labelWidth !== outputs))
    throw new ThalwegError({
      code: 'SHAPE',
      path: `${path}.labels`,
      received: describeLabels(dataset),
      expected: `${loss.kind === 'softmaxCrossEntropy' ? 'class indices (Int32Array), or ' : ''}${outputs} values a row (Float32Array), one for each output of the model`,
      remedy:
        dataset.labelKind === 'sparse'
          ? 'class indices go with softmaxCrossEntropy only'
          : 'make the data set with labels that fit',
    });
}
