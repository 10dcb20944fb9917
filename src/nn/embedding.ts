/** The embedding layer: trained vectors for whole numbers such as indices of words, users or products. */
import { checkNumber, checkOneOf, checkOptions } from '../options.js';
import { type Initializer, initializers } from './initializer.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';

/** Options of {@link embedding}. */
export interface EmbeddingOptions extends TrainableOptions {
  /**
   * The initial values of the table, where `units` is both fan-in and fan-out. With the default
   * `'lecunNormal'` each row has a mean squared length of 1.
   */
  readonly weightInitializer?: Initializer;
  /** 1 to 64 letters, digits, `_` or `-`. Default `embedding` and a number, such as `embedding1`. */
  readonly name?: string;
}

/** Description of an embedding. */
export interface EmbeddingLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'embedding';
  /** The number of rows of the table. */
  readonly count: number;
  /** The number of columns of the table. */
  readonly units: number;
  /** The initial values of the table. */
  readonly weightInitializer: Initializer;
}

/**
 * Returns row x of a table W [count, units] for each input x: examples of shape [n] become [n, units].
 * Inputs are whole numbers in [0, count), as float32 or bytes. A data set with any other number is
 * refused with RANGE before a run begins, and the error names row and column. An embedding is the first
 * layer of a model; `nn.flatten()` turns its output into an input of `nn.dense`.
 *
 * The gradient of the table is summed row by row in the order of the batch, equally on every device. A
 * table row that no example uses has gradient 0; weight decay and momentum still change it.
 *
 * @param count the number of rows of the table, 1 to 2^24: float32 holds all whole numbers below it
 * @param units the number of columns of the table, at least 1
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION; SHAPE in `nn.sequential` unless it is the first layer
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
