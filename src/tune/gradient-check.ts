/** Compares gradients with finite differences of the loss, parameter by parameter. */
import type { Dataset } from '../data/dataset.js';
import type { Trainer } from '../train/trainer.js';

/** The difference between the gradient of one parameter and the measured slope of the loss. */
interface GradientError {
  /** The parameter's name. */
  readonly name: string;
  /** |slope − norm| / norm along the gradient, minus the part that rounding errors explain. */
  readonly error: number;
}

type Weights = Readonly<Record<string, Float32Array>>;

const normOf = (array: Float32Array): number =>
  Math.sqrt(array.reduce((sum, value) => sum + value * value, 0));

/** Changes of the loss, as a share of it, at which the slope is measured. The best result counts. */
const changes = [1e-2, 2e-3, 4e-4];
/** The rounding error of a loss of float32 outputs, as a share of the loss, or of 1 for smaller losses. */
const rounding = 2 ** -21;

/**
 * Measures the error of each parameter's gradient. The slope of the loss along the gradient should equal
 * the gradient's norm. Central differences measure this slope; differences below the float32 rounding error
 * do not count.
 */
export function gradientErrors(
  trainer: Trainer,
  dataset: Dataset,
  rows: Uint32Array,
): readonly GradientError[] {
  const weights: Weights = trainer.parameters();
  const { loss, gradients } = trainer.gradients(dataset, rows);
  const lossAt = (name: string, along: Float32Array, factor: number): number => {
    const moved = weights[name]!.map((value, i) => value + factor * along[i]!);
    trainer.setParameters({ ...weights, [name]: moved });
    return trainer.gradients(dataset, rows).loss;
  };
  const errors = Object.entries(gradients).map(([name, gradient]) => {
    const norm = normOf(gradient);
    const noise = rounding * Math.max(Math.abs(loss), 1);
    const found = changes.map((change) => {
      // The weights move by ε times the gradient.
      const epsilon = (change * Math.max(Math.abs(loss), 1e-3)) / norm ** 2;
      const rise = lossAt(name, gradient, epsilon) - lossAt(name, gradient, -epsilon);
      const slope = rise / (2 * epsilon * norm);
      const unresolved = noise / (epsilon * norm);
      return Math.max(Math.abs(slope - norm) - unresolved, 0) / norm;
    });
    // A gradient of 0 has no direction to compare along.
    return { name, error: norm === 0 ? 0 : Math.min(...found) };
  });
  trainer.setParameters(weights);
  return errors;
}
