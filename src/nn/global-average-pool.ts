/** The mean of each channel over a whole picture. */
import { checkOptions } from '../options.js';
import { defineKind } from './kinds.js';
import type { Layer } from './layer.js';
import { checkName } from './name.js';
import { lowerPool } from './pool2d.js';
import { pictureOf } from './window.js';

/** Description of a global average pool. */
export interface GlobalAveragePoolLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'globalAveragePool';
}

/**
 * Takes the mean of each channel over the whole picture: [height, width, channels] becomes [channels].
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where examples are no pictures
 */
export function globalAveragePool(
  options: { readonly name?: string } = {},
): GlobalAveragePoolLayer {
  checkOptions('globalAveragePool', options, ['name']);
  return Object.freeze({
    kind: 'globalAveragePool',
    ...checkName('globalAveragePool.name', options.name),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.globalAveragePool`. */
    readonly globalAveragePool: GlobalAveragePoolLayer;
  }
}

defineKind<GlobalAveragePoolLayer>({
  kind: 'globalAveragePool',
  check: ({ kind, ...options }) => globalAveragePool(options),
  outputShape: (_, input, path) => [pictureOf(input, path)[2]],
  parameters: () => [],
  lower(_layer, input, program, from) {
    const [height, width] = pictureOf(input, '');
    const window = { kernel: [height, width], stride: [1, 1], padding: 'valid' } as const;
    return lowerPool('averagePool', window, input, { program, from });
  },
});
