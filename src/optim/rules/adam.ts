/** Adam. */
import type { Scheduled } from '../../schedule/schedule.js';
import { type CommonOptions, type OptionSpec, decayRate, define } from '../define.js';
import { positive } from '../../options.js';

/** Options of {@link adam}. */
export interface AdamOptions extends CommonOptions {
  /** β₁ in [0, 1), default 0.9; may follow a schedule. */
  readonly beta1?: Scheduled;
  /** β₂ in [0, 1), default 0.999; may follow a schedule. */
  readonly beta2?: Scheduled;
  /** Greater than 0; default 1e-8, with `compat: 'tfjs'` 1e-7. */
  readonly epsilon?: number;
  /** False takes m and v instead of m̂ and v̂, the simplified form of courses. Default true. */
  readonly biasCorrection?: boolean;
  /** True divides by the largest second moment so far (Reddi, Kale and Kumar 2018). Default false. */
  readonly amsgrad?: boolean;
}

/** Checks of the options that adam and adamW share. */
export const adamSpecs: Readonly<Record<string, OptionSpec>> = {
  beta1: decayRate(0.9),
  beta2: decayRate(0.999),
  epsilon: { default: 1e-8, tfjs: 1e-7, range: positive },
  biasCorrection: { default: true, range: 'boolean' },
  amsgrad: { default: false, range: 'boolean' },
};

/** Returns the name of the native rule for options of adam and adamW. */
export function adamRule({ amsgrad, compat }: Readonly<Record<string, unknown>>): string {
  if (amsgrad === true) return 'amsgrad';
  return compat === 'tfjs' ? 'adamTfjs' : 'adam';
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1; PyTorch and TensorFlow.js): m = β₁m + (1 − β₁)g;
 * v = β₂v + (1 − β₂)g²; w −= η m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ). The default
 * of η is 0.001. Keras divides by √v + ε before the bias correction: an ε of Keras equals
 * ε / √(1 − β₂ᵗ) here.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const adam = define<AdamOptions>({
  kind: 'adam',
  learningRate: 0.001,
  options: adamSpecs,
  rule: adamRule,
});
