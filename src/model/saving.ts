/** The options under which a model is saved. */
import { type Weights, checkWeights } from '../average/weights.js';
import type { Loss } from '../loss/loss.js';
import { elements } from '../nn/layer.js';
import type { Sequential } from '../nn/sequential.js';
import { checkOptions } from '../options.js';
import { writer } from '../sealed/writer.js';
import { checkClasses } from './classes.js';
import { type ModelContent, type Preprocessing, checkPreprocessing } from './document.js';
import { outputKindOf } from './outputs.js';

/** Facts that go with a model, for those who use it. */
export interface ModelLabels {
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

/** Options of {@link Trainer.saveModel}. */
export interface SaveModelOptions extends ModelLabels {
  /** The latest weights, or their average, which must have begun. Default `'raw'`. */
  readonly weights?: Weights;
}

/** Checks the names and the preprocessing that go with a model. */
function checkLabels(
  path: string,
  { classes, preprocessing }: ModelLabels,
  { model, loss }: { readonly model: Sequential; readonly loss: Loss },
): Pick<ModelContent, 'classes' | 'preprocessing'> {
  const outputs = elements(model.outputShape);
  const kind = outputKindOf(loss);
  return {
    classes:
      classes === undefined ? undefined : checkClasses(`${path}.classes`, classes, kind, outputs),
    preprocessing:
      preprocessing === undefined
        ? undefined
        : checkPreprocessing(`${path}.preprocessing`, preprocessing),
  };
}

/** Checks the options of {@link Trainer.saveModel}. */
export function planSaving(
  path: string,
  options: SaveModelOptions,
  task: { readonly model: Sequential; readonly loss: Loss },
): Omit<ModelContent, 'model' | 'loss'> {
  checkOptions(path, options, ['weights', 'classes', 'preprocessing']);
  const weights = checkWeights(`${path}.weights`, options.weights);
  return { weights, ...checkLabels(path, options, task), writer: writer() };
}
