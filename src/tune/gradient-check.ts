/** Gradients against differences of the loss, parameter by parameter. */
import type { Dataset } from '../data/dataset.js';
import type { Trainer } from '../train/trainer.js';

/** How far the gradient of one parameter is from the loss's slope. */
interface GradientError {
  /** The parameter. */
  readonly name: string;
  /** |slope − norm| / norm, along the gradient, less what rounding explains. */
  readonly error: number;
}

type Weights = Readonly<Record<string, Float32Array>>;

const normOf = (array: Float32Array): number =>
  Math.sqrt(array.reduce((sum, value) => sum + value * value, 0));

/** Changes of the loss, as a share of it, at which the slope is measured: one will suit the curve. */
const changes = [1e-2, 2e-3, 4e-4];
/** A loss of float32 outputs is right to about this share of it, or of 1. */
const rounding = 2 ** -21;

/**
 * The slope of the loss along a parameter's gradient is the gradient's norm. Central differences
 * measure it; what they cannot resolve in float32 counts as no error.
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
      // Along the gradient itself: ε in units of its length.
      const epsilon = (change * Math.max(Math.abs(loss), 1e-3)) / norm ** 2;
      const rise = lossAt(name, gradient, epsilon) - lossAt(name, gradient, -epsilon);
      const slope = rise / (2 * epsilon * norm);
      const unresolved = noise / (epsilon * norm);
      return Math.max(Math.abs(slope - norm) - unresolved, 0) / norm;
    });
    // No slope at all: nothing to compare.
    return { name, error: norm === 0 ? 0 : Math.min(...found) };
  });
  trainer.setParameters(weights);
  return errors;
}
