/** The layer that makes pictures and series larger. */
import { ThalwegError } from '../errors.js';
import { requireOptions } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';
import { type Extents, checkExtents, windowFields } from './window.js';

/** Options of {@link upsample}. */
export interface UpsampleOptions {
  /**
   * How many times the picture becomes larger, at least 1: one number for height and width, or two. A
   * series takes one number.
   */
  readonly size: Extents;
  /** 1 to 64 letters, digits, `_` or `-`. Default `upsample` and a number, such as `upsample1`. */
  readonly name?: string;
}

/** Description of a layer that makes pictures and series larger. */
export interface UpsampleLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'upsample';
  /** How many times the example becomes larger: a number as it was given, or height and width. */
  readonly size: Extents;
}

/**
 * Repeats each pixel `size` times in both directions: pictures [height, width, channels] become [height ·
 * size, width · size, channels], and series [length, channels] become [length · size, channels]. This is
 * the interpolation that Keras and PyTorch call `nearest`. The gradient of a pixel is the sum of the
 * gradients of its copies.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where examples are neither
 * pictures nor series, or become too large
 * @example
 * const layer = nn.upsample({ size: 2 });
 */
export function upsample(options: UpsampleOptions): UpsampleLayer {
  requireOptions('upsample', options, ['size', 'name']);
  const pair = checkExtents('upsample.size', options.size, 1);
  const size = typeof options.size === 'number' ? options.size : pair;
  return Object.freeze({ kind: 'upsample', size, ...checkName('upsample.name', options.name) });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.upsample`. */
    readonly upsample: UpsampleLayer;
  }
}

type Three = readonly [number, number, number];

/** Returns the input and the size as those of a picture; a series has one row. */
function asPicture({ size }: UpsampleLayer, input: readonly number[], path: string) {
  const [channels = 0, width = 0, height = 1] = [...input].reverse();
  const isSeries = input.length === 2;
  if (input.length === 3 || (isSeries && typeof size === 'number')) {
    const [vertical, horizontal] = typeof size === 'number' ? [size, size] : size;
    const picture: Three = [height, width, channels];
    return { picture, size: [isSeries ? 1 : vertical, horizontal] as const };
  }
  throw new ThalwegError({
    code: 'SHAPE',
    path,
    received: `examples of shape [${input.join(', ')}]`,
    expected: isSeries
      ? 'pictures [height, width, channels], or one number as size for series'
      : 'pictures [height, width, channels] or series [length, channels]',
  });
}

defineKind<UpsampleLayer>({
  kind: 'upsample',
  check: ({ kind, ...options }) => upsample(options),
  outputShape(layer, input, path) {
    const { picture, size } = asPicture(layer, input, path);
    const extents = [picture[0] * size[0], picture[1] * size[1]];
    if (extents.some((extent) => extent >= 2 ** 31))
      throw new ThalwegError({
        code: 'SHAPE',
        path,
        received: `extents of [${extents.join(', ')}]`,
        expected: 'extents of at most 2^31 - 1',
      });
    return input.length === 2 ? [extents[1]!, picture[2]] : [...extents, picture[2]];
  },
  parameters: () => [],
  lower(layer, input, program, from) {
    const { picture, size } = asPicture(layer, input, '');
    const [height, width, channels] = picture;
    // The window slides over the larger picture, without gaps.
    const window = { kernel: size, stride: size, dilation: [1, 1] } as const;
    const large: Three = [height * size[0], width * size[1], channels];
    const place = { from: [from], inputs: elements(input), outputs: elements(large) };
    const along = [height, width].map((positions) => ({ positions, before: 0 }));
    return program.add('upsample', place, windowFields(window, large, [along[0]!, along[1]!]));
  },
});
