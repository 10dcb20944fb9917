/** The options under which a model is saved. */
import { type Weights, checkWeights } from '../average/weights.js';
import type { Loss } from '../loss/loss.js';
import { elements } from '../nn/layer.js';
import type { Sequential } from '../nn/sequential.js';
import { checkClasses } from './classes.js';
import { type ModelContent, type Preprocessing, checkPreprocessing } from './document.js';
import { outputKindOf } from './outputs.js';

/** Options of {@link Trainer.saveModel}. */
export interface SaveModelOptions {
  /** The latest weights, or their average, which must have begun. Default `'raw'`. */
  readonly weights?: Weights;
  /**
   * The names of the classes or labels, one for each output and each another. A model with one output and
   * `sigmoidCrossEntropy` has two: those of 0 and of 1. Default none; models of values have none.
   */
  readonly classes?: readonly string[];
  /**
   * The steps that turn raw data into the model's inputs, as plain data with a `format` and a `version`. The
   * file keeps it; nothing here applies it. Default none.
   */
  readonly preprocessing?: Preprocessing;
}

/** The names of these options. */
export const savingKeys = ['weights', 'classes', 'preprocessing'];

/** Checks the values of these options. */
export function checkSaving(
  path: string,
  { weights, classes, preprocessing }: SaveModelOptions,
  { model, loss }: { readonly model: Sequential; readonly loss: Loss },
): Pick<ModelContent, 'weights' | 'classes' | 'preprocessing'> {
  const outputs = elements(model.outputShape);
  const kind = outputKindOf(loss);
  return {
    weights: checkWeights(`${path}.weights`, weights),
    classes:
      classes === undefined ? undefined : checkClasses(`${path}.classes`, classes, kind, outputs),
    preprocessing:
      preprocessing === undefined
        ? undefined
        : checkPreprocessing(`${path}.preprocessing`, preprocessing),
  };
}
