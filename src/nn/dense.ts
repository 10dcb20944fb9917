/** The fully connected layer. */
import { ThalwegError } from '../errors.js';
import { checkBoolean, checkNumber, checkOneOf, checkOptions } from '../options.js';
import { type ActivationName, activationNames, fusedSlope } from './activation.js';
import { affineParameters } from './affine.js';
import { type Initializer, initializers } from './initializer.js';
import { defineKind } from './kinds.js';
import type { Layer } from './layer.js';
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
 * Computes y = activation(x W + b), with x [batch, inputs], W [inputs, units] and b [units].
 *
 * @param units the number of outputs, at least 1
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function dense(units: number, options: DenseOptions = {}): DenseLayer {
  checkNumber('dense.units', units, { min: 1, max: 2 ** 31 - 1, integer: true });
  checkOptions('dense', options, optionKeys);
  const { activation, useBias = true } = options;
  const { weightInitializer = 'glorotUniform', biasInitializer = 'zeros' } = options;
  if ((activation as string | undefined) === 'softmax') refuseSoftmax();
  return Object.freeze({
    kind: 'dense',
    units,
    activation:
      activation === undefined
        ? 'none'
        : checkOneOf('dense.activation', activation, activationNames),
    useBias: checkBoolean('dense.useBias', useBias),
    weightInitializer: checkOneOf('dense.weightInitializer', weightInitializer, initializers),
    biasInitializer: checkOneOf('dense.biasInitializer', biasInitializer, initializers),
    ...checkName('dense.name', options.name),
    ...checkTrainable('dense.trainable', options.trainable),
  });
}

/** Refuses softmax, which other libraries take here: it is no function of a single element. */
function refuseSoftmax(): never {
  throw new ThalwegError({
    code: 'RANGE',
    path: 'dense.activation',
    received: '"softmax"',
    expected: activationNames.map((name) => `'${name}'`).join(' or '),
    remedy:
      'leave it out for the loss softmaxCrossEntropy, which applies it; else add nn.softmax()',
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
  outputShape(layer, input, path) {
    if (input.length !== 1)
      throw new ThalwegError({
        code: 'SHAPE',
        path,
        received: `examples of shape [${input.join(', ')}]`,
        expected: 'examples of one dimension',
        remedy: 'give the model a flat input',
      });
    return [layer.units];
  },
  parameters(layer, input) {
    const [inputs, outputs] = [input[0]!, layer.units];
    return affineParameters(layer, [inputs, outputs], { fanIn: inputs, fanOut: outputs });
  },
  lower(layer, input, program, from) {
    const { units, activation, useBias } = layer;
    const place = { from: [from], inputs: input[0]!, outputs: units };
    return program.add('dense', place, { activation, slope: fusedSlope(activation), useBias });
  },
});
