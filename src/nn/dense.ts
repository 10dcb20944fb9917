/** The fully connected layer. */
import { checkBoolean, checkNumber, checkOneOf, checkOptions } from '../options.js';
import { type ActivationName, checkFused, fusedSlope } from './activation.js';
import { affineParameters } from './affine.js';
import { type Initializer, initializers } from './initializer.js';
import { defineKind } from './kinds.js';
import { type Layer, elements } from './layer.js';
import { checkName } from './name.js';
import { type TrainableOptions, checkTrainable } from './trainable.js';

/** Options of {@link dense}. */
export interface DenseOptions extends TrainableOptions {
  /**
   * The activation of the output, computed together with the product. Default none. `leakyRelu` has
   * slope 0.01 here, and `elu` has α 1; separate activation layers take other values.
   */
  readonly activation?: ActivationName;
  /** True where the layer adds b. Default true. */
  readonly useBias?: boolean;
  /** The initial values of W. Default `'glorotUniform'`. */
  readonly weightInitializer?: Initializer;
  /** The initial values of b. Default `'zeros'`. */
  readonly biasInitializer?: Initializer;
  /** 1 to 64 letters, digits, `_` or `-`. Default `dense` and a number, such as `dense1`. */
  readonly name?: string;
}

/** Description of a dense layer. */
export interface DenseLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'dense';
  /** The number of outputs. */
  readonly units: number;
  /** The activation of the output. */
  readonly activation: ActivationName | 'none';
  /** True where the layer adds b. */
  readonly useBias: boolean;
  /** The initial values of W. */
  readonly weightInitializer: Initializer;
  /** The initial values of b. */
  readonly biasInitializer: Initializer;
}

const optionKeys = [
  'activation',
  'useBias',
  'weightInitializer',
  'biasInitializer',
  'name',
  'trainable',
];

/**
 * Computes y = activation(x W + b), with x [batch, inputs], W [inputs, units] and b [units]. Where
 * examples have several dimensions, the layer works over the last one: [28, 28] becomes [28, units], with
 * one W for all rows. `nn.flatten()` before it makes a layer of all 784 numbers.
 *
 * @param units the number of outputs, at least 1
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function dense(units: number, options: DenseOptions = {}): DenseLayer {
  checkNumber('dense.units', units, { min: 1, max: 2 ** 31 - 1, integer: true });
  checkOptions('dense', options, optionKeys);
  const { activation, useBias = true } = options;
  const { weightInitializer = 'glorotUniform', biasInitializer = 'zeros' } = options;
  return Object.freeze({
    kind: 'dense',
    units,
    activation: checkFused('dense.activation', activation),
    useBias: checkBoolean('dense.useBias', useBias),
    weightInitializer: checkOneOf('dense.weightInitializer', weightInitializer, initializers),
    biasInitializer: checkOneOf('dense.biasInitializer', biasInitializer, initializers),
    ...checkName('dense.name', options.name),
    ...checkTrainable('dense.trainable', options.trainable),
  });
}

declare module './layer.js' {
  interface LayerKinds {
    /** The layer of `nn.dense`. */
    readonly dense: DenseLayer;
  }
}

defineKind<DenseLayer>({
  kind: 'dense',
  check: ({ kind, units, activation, ...options }) =>
    dense(units, activation === 'none' ? options : { ...options, activation }),
  outputShape: (layer, input) => [...input.slice(0, -1), layer.units],
  parameters(layer, input) {
    const [inputs, outputs] = [input.at(-1)!, layer.units];
    return affineParameters(layer, [inputs, outputs], { fanIn: inputs, fanOut: outputs });
  },
  lower(layer, input, program, from) {
    const { units, activation, useBias } = layer;
    const positions = elements(input.slice(0, -1));
    const place = { from: [from], inputs: elements(input), outputs: positions * units };
    const slope = fusedSlope(activation);
    return program.add('dense', place, { positions, activation, slope, useBias });
  },
});
