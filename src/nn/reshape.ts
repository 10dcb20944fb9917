/** The numbers of an example in another shape. */
import { ThalwegError } from '../errors.js';
import { checkOptions } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';
import { checkShape } from './shape.js';

/** Description of a reshape layer. */
export interface ReshapeLayer extends Layer {
  /** Tells the layers apart. */
  readonly kind: 'reshape';
  /** Shape of one example after the layer. */
  readonly shape: readonly number[];
}

/**
 * The same numbers in the given shape, the last dimension fastest: rows of a table for a norm over
 * groups, or pixels for layers that want them so. Costs nothing; `nn.flatten()` is the way back.
 *
 * @param shape of one example, without the batch: 1 to 8 extents, each at least 1, whose product is
 * the product of the extents before
 * @throws ThalwegError TYPE, RANK, RANGE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where the numbers of
 * an example are not as many
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
