/** Vectors for whole numbers: words, users, products. */
import { checkNumber, checkOneOf, checkOptions } from '../options.js';
import { type Initializer, initializers } from './initializer.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';

/** Options of {@link embedding}. */
export interface EmbeddingOptions extends TrainableOptions {
  /**
   * How the table starts, with `units` as both fans. Default `'lecunNormal'`: each row has length 1
   * on average.
   */
  readonly weightInitializer?: Initializer;
  /** 1 to 64 letters, digits, `_` or `-`. Default `embedding` and its count. */
  readonly name?: string;
}

/** Description of an embedding. */
export interface EmbeddingLayer extends Layer {
  /** Tells the layers apart. */
  readonly kind: 'embedding';
  /** Rows of the table. */
  readonly count: number;
  /** Numbers in a row. */
  readonly units: number;
  /** How the table starts. */
  readonly weightInitializer: Initializer;
}

/**
 * Row x of a table W [count, units] for each input x: examples of shape [n] become [n, units].
 * Inputs are whole numbers in [0, count), as float32 or bytes; it is the first layer of a model,
 * and `nn.flatten()` makes its output what `nn.dense` takes. A data set with any other number is
 * refused with RANGE, naming row and column, before a run begins.
 *
 * A step's gradient of the whole table is summed row by row in the order of the batch, the same on
 * every device; rows that no example has have gradient 0, and still decay, and move by momentum.
 *
 * @param count rows of the table, 1 to 2^24: the whole numbers that float32 holds
 * @param units numbers in a row, at least 1
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` unless it is the first
 */
export function embedding(
  count: number,
  units: number,
  options: EmbeddingOptions = {},
): EmbeddingLayer {
  checkNumber('embedding.count', count, { min: 1, max: 2 ** 24, integer: true });
  checkNumber('embedding.units', units, { min: 1, max: 2 ** 31 - 1, integer: true });
  checkOptions('embedding', options, ['weightInitializer', 'name', 'trainable']);
  const { weightInitializer = 'lecunNormal' } = options;
  return Object.freeze({
    kind: 'embedding',
    count,
    units,
    weightInitializer: checkOneOf('embedding.weightInitializer', weightInitializer, initializers),
    ...checkName('embedding.name', options.name),
    ...checkTrainable('embedding.trainable', options.trainable),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.embedding`. */
    readonly embedding: EmbeddingLayer;
  }
}

defineKind<EmbeddingLayer>({
  kind: 'embedding',
  readsIndices: true,
  check: ({ kind, count, units, ...options }) => embedding(count, units, options),
  outputShape: ({ units }, input) => [...input, units],
  parameters: ({ count, units, weightInitializer }) => [
    {
      name: 'weight',
      shape: [count, units],
      initializer: weightInitializer,
      fanIn: units,
      fanOut: units,
    },
  ],
  lower({ count, units }, input, program, from) {
    const inputs = elements(input);
    const place = { from: [from], inputs, outputs: inputs * units };
    return program.add('embedding', place, { count, units });
  },
});
