/** Computes the expected range of a loss: its value without knowledge, and its lower bound. */
import { isArrayOf } from '../arrays.js';
import type { Dataset } from '../data/dataset.js';
import { gather } from '../data/gather.js';
import { elements } from '../nn/layer.js';
import type { Task } from '../run/task.js';

/** The expected range of a loss over a data set. */
export interface Level {
  /** The loss where all outputs are 0; those of an untrained model are about 0. */
  readonly chance: number;
  /** The factor by which the loss of an untrained model may differ from `chance`: its outputs are not quite 0. */
  readonly factor: number;
  /** The lower bound of the loss, above 0 where labels are probabilities. */
  readonly least: number;
}

/** The factors for classification and regression; a regression loss grows with the square of the outputs. */
const [ofClasses, ofNumbers] = [2, 5];

/** Returns −p ln p, and 0 for p = 0. */
const surprise = (p: number): number => (p > 0 ? -p * Math.log(p) : 0);

const mean = (values: Float32Array, of: (value: number) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0) / values.length;

/** Returns the expected range of the task's loss over all rows. */
export function levelOf(dataset: Dataset, { loss, model }: Pick<Task, 'loss' | 'model'>): Level {
  const rows = Uint32Array.from({ length: dataset.length }, (_, i) => i);
  const { labels } = gather(dataset, rows);
  const outputs = elements(model.outputShape);
  if (!isArrayOf(labels, Float32Array))
    return { chance: Math.log(outputs), factor: ofClasses, least: 0 };
  switch (loss.kind) {
    case 'softmaxCrossEntropy':
      return {
        chance: Math.log(outputs),
        factor: ofClasses,
        least: outputs * mean(labels, surprise),
      };
    case 'sigmoidCrossEntropy':
      return {
        chance: Math.LN2,
        factor: ofClasses,
        least: mean(labels, (p) => surprise(p) + surprise(1 - p)),
      };
    case 'meanSquaredError':
      return { chance: mean(labels, (y) => y * y), factor: ofNumbers, least: 0 };
    case 'huber': {
      const { delta } = loss;
      const huber = (d: number): number => (d <= delta ? d * d : delta * (2 * d - delta)) / 2;
      return { chance: mean(labels, (y) => huber(Math.abs(y))), factor: ofNumbers, least: 0 };
    }
  }
}
