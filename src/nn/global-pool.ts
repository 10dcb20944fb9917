/** The mean or the largest number of each channel over a whole picture or series. */
import { ThalwegError } from '../errors.js';
import { checkOptions } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';
import { type Lowering, type PoolKind, checkPool, lowerPool } from './pool.js';
import { geometryOf } from './window.js';

/** Options of {@link globalAveragePool} and {@link globalMaxPool}. */
export interface GlobalPoolOptions {
  /** 1 to 64 letters, digits, `_` or `-`. Default the kind and a number, such as `globalMaxPool1`. */
  readonly name?: string;
}

/** Description of a global average pool. */
export interface GlobalAveragePoolLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'globalAveragePool';
}

/** Description of a global max pool. */
export interface GlobalMaxPoolLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'globalMaxPool';
}

function pool<K extends 'globalAveragePool' | 'globalMaxPool'>(
  kind: K,
  options: GlobalPoolOptions,
) {
  checkOptions(kind, options, ['name']);
  return Object.freeze({ kind, ...checkName(`${kind}.name`, options.name) });
}

/**
 * Takes the mean of each channel over the whole example: pictures [height, width, channels] and series
 * [length, channels] become [channels].
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` where examples are neither
 */
export function globalAveragePool(options: GlobalPoolOptions = {}): GlobalAveragePoolLayer {
  return pool('globalAveragePool', options);
}

/**
 * Takes the largest number of each channel over the whole example: pictures [height, width, channels] and
 * series [length, channels] become [channels]. The gradient goes to the first of equal numbers.
 *
 * @throws ThalwegError as {@link globalAveragePool}
 */
export function globalMaxPool(options: GlobalPoolOptions = {}): GlobalMaxPoolLayer {
  return pool('globalMaxPool', options);
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.globalAveragePool`. */
    readonly globalAveragePool: GlobalAveragePoolLayer;
    /** The layer of `nn.globalMaxPool`. */
    readonly globalMaxPool: GlobalMaxPoolLayer;
  }
}

/** Returns the shape as that of a picture; a series has one row. */
function extentsOf(input: readonly number[], path: string): readonly [number, number, number] {
  const [channels = 0, width = 0, height = 1] = [...input].reverse();
  if (input.length === 2 || input.length === 3) return [height, width, channels];
  throw new ThalwegError({
    code: 'SHAPE',
    path,
    received: `examples of shape [${input.join(', ')}]`,
    expected: 'pictures [height, width, channels] or series [length, channels]',
    remedy: 'put nn.reshape([height, width, channels]) before the layer',
  });
}

function outputShape(_: Layer, input: readonly number[], path: string) {
  const [height, width, channels] = extentsOf(input, path);
  checkPool([height, width], [], path);
  return [channels];
}

function lower(kind: PoolKind, input: readonly number[], lowering: Lowering): number {
  const [height, width, channels] = extentsOf(input, '');
  const [stride, dilation] = [
    [1, 1],
    [1, 1],
  ] as const;
  const window = { kernel: [height, width], stride, dilation, padding: 'valid' } as const;
  const { positions, fields } = geometryOf(window, [height, width, channels], '');
  return lowerPool(kind, { input, positions: elements(positions), fields }, lowering);
}

defineKind<GlobalAveragePoolLayer>({
  kind: 'globalAveragePool',
  check: ({ kind, ...options }) => globalAveragePool(options),
  outputShape,
  parameters: () => [],
  lower: (_, input, program, from) => lower('averagePool', input, { program, from }),
});

defineKind<GlobalMaxPoolLayer>({
  kind: 'globalMaxPool',
  check: ({ kind, ...options }) => globalMaxPool(options),
  outputShape,
  parameters: () => [],
  lower: (_, input, program, from) => lower('maxPool', input, { program, from }),
});
