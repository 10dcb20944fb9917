/** The parameters that all normalisations share. */
import type { ParameterSpec } from './layer.js';

/** Returns γ and β, where the layer has them, with a value for each feature, the last dimension. */
export function normParameters(
  { scale, center }: { readonly scale: boolean; readonly center: boolean },
  input: readonly number[],
): readonly ParameterSpec[] {
  const fans = { shape: [input.at(-1)!], fanIn: 1, fanOut: 1 };
  return [
    ...(scale ? [{ name: 'scale', initializer: 'ones' as const, ...fans }] : []),
    ...(center ? [{ name: 'offset', initializer: 'zeros' as const, ...fans }] : []),
  ];
}
