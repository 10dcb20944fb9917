/** The parameters of layers that multiply by a weight and add a bias. */
import type { Initializer } from './initializer.js';
import type { ParameterSpec } from './layer.js';

interface Affine {
  readonly useBias: boolean;
  readonly weightInitializer: Initializer;
  readonly biasInitializer: Initializer;
}

/**
 * Returns `weight` of this shape and, where the layer has one, `bias`: one for each output, which by
 * default are the last dimension of the weight.
 */
export function affineParameters(
  { useBias, weightInitializer, biasInitializer }: Affine,
  shape: readonly number[],
  fans: Pick<ParameterSpec, 'fanIn' | 'fanOut'>,
  outputs = shape.at(-1)!,
): readonly ParameterSpec[] {
  const weight = { name: 'weight', shape, initializer: weightInitializer, ...fans };
  const bias = { name: 'bias', shape: [outputs], initializer: biasInitializer, ...fans };
  return useBias ? [weight, bias] : [weight];
}
