/** The layer that puts all numbers of an example in one dimension. */
import { checkOptions } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';

/** Description of a flatten layer. */
export interface FlattenLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'flatten';
}

/**
 * Puts all numbers of an example in one dimension, with the last dimension fastest, so that a dense
 * layer behind it sees all of them. The layer costs no time.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function flatten(options: { readonly name?: string } = {}): FlattenLayer {
  checkOptions('flatten', options, ['name']);
  return Object.freeze({ kind: 'flatten', ...checkName('flatten.name', options.name) });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.flatten`. */
    readonly flatten: FlattenLayer;
  }
}

defineKind<FlattenLayer>({
  kind: 'flatten',
  check: ({ kind, ...options }) => flatten(options),
  outputShape: (_, input) => [elements(input)],
  parameters: () => [],
  lower: (_layer, _input, _program, from) => from,
});
