/** Layers that stay as they are while others learn. */
import { checkBoolean } from '../options.js';
import type { ParameterSpec } from './layer.js';

/** Options of layers with parameters. */
export interface TrainableOptions {
  /**
   * False: the layer stays as it is. No step computes, measures, checks or clips by its gradient, or moves
   * its parameters; a batch norm uses its running statistics, which stand still. Default true.
   */
  readonly trainable?: boolean;
}

/** `{ trainable: false }` where that was said: what is usual stays out of the description. */
export function checkTrainable(path: string, trainable: unknown): { readonly trainable?: false } {
  return trainable === undefined || checkBoolean(path, trainable) ? {} : { trainable: false };
}

/** The parameters of a layer that is frozen. */
export function freeze(parameters: readonly ParameterSpec[]): readonly ParameterSpec[] {
  return parameters.map((parameter) => ({ ...parameter, trainable: false }));
}

/** Those of the parameters that are trained. */
export function trained(parameters: readonly ParameterSpec[]): readonly ParameterSpec[] {
  return parameters.filter(({ trainable }) => trainable !== false);
}
