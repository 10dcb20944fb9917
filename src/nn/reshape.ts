/** The layer that gives an example another shape. */
import { ThalwegError } from '../errors.js';
import { checkOptions } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';
import { checkShape } from './shape.js';

/** Description of a reshape layer. */
export interface ReshapeLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'reshape';
  /** Shape of one example after the layer. */
  readonly shape: readonly number[];
}

/**
 * Gives the numbers of an example another shape, with the last dimension fastest: for example rows and
 * channels for `nn.groupNorm`. The layer costs no time. `nn.flatten()` makes the shape flat again.
 *
 * @param shape the shape of one example, without the batch dimension: 1 to 8 extents, each at least 1,
 * whose product is the product of the extents before
 * @throws ThalwegError TYPE, RANK, RANGE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where the two products
 * differ
 */
export function reshape(
  shape: readonly number[],
  options: { readonly name?: string } = {},
): ReshapeLayer {
  checkShape('reshape.shape', shape);
  checkOptions('reshape', options, ['name']);
  return Object.freeze({
    kind: 'reshape',
    shape: Object.freeze([...shape]),
    ...checkName('reshape.name', options.name),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.reshape`. */
    readonly reshape: ReshapeLayer;
  }
}

defineKind<ReshapeLayer>({
  kind: 'reshape',
  check: ({ kind, shape, ...options }) => reshape(shape, options),
  outputShape({ shape }, input, path) {
    const [given, wanted] = [elements(input), elements(shape)];
    if (given === wanted) return shape;
    throw new ThalwegError({
      code: 'SHAPE',
      path,
      received: `examples of shape [${input.join(', ')}], ${given} numbers`,
      expected: `${wanted} numbers, for [${shape.join(', ')}]`,
    });
  },
  parameters: () => [],
  lower: (_layer, _input, _program, from) => from,
});
