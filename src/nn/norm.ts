/** What the normalisations have in common. */
import type { ParameterSpec } from './layer.js';

/** γ and β, where they are there: a value for each feature, the last dimension of an example. */
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
