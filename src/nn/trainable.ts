/** The option `trainable`, which freezes a layer: training does not change it. */
import { checkBoolean } from '../options.js';
import type { ParameterSpec } from './layer.js';

/** Options of layers with parameters. */
export interface TrainableOptions {
  /**
   * False freezes the layer. No step computes, measures, checks or clips its gradient, or changes its
   * parameters. A frozen batch norm uses its running statistics, which do not change. Default true.
   */
  readonly trainable?: boolean;
}

/** Returns `{ trainable: false }` for false. The default true stays out of the description. */
export function checkTrainable(path: string, trainable: unknown): { readonly trainable?: false } {
  return trainable === undefined || checkBoolean(path, trainable) ? {} : { trainable: false };
}

/** Marks parameters as frozen. */
export function freeze(parameters: readonly ParameterSpec[]): readonly ParameterSpec[] {
  return parameters.map((parameter) => ({ ...parameter, trainable: false }));
}

/** Returns the parameters that are trained. */
export function trained(parameters: readonly ParameterSpec[]): readonly ParameterSpec[] {
  return parameters.filter(({ trainable }) => trainable !== false);
}
