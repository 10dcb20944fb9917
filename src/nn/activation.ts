/** Activation functions as separate layers. */
import { ThalwegError } from '../errors.js';
import { checkNumber, checkOneOf, checkOptions, nonNegative } from '../options.js';
import { defineKind } from './kinds.js';
import { type Layer, sameSize } from './layer.js';
import { checkName } from './name.js';

/** Names of the activations that dense layers and convolutions can fuse. */
export type ActivationName =
  | 'relu'
  | 'leakyRelu'
  | 'sigmoid'
  | 'tanh'
  | 'gelu'
  | 'silu'
  | 'elu'
  | 'selu'
  | 'softplus'
  | 'hardSwish'
  | 'mish';

/** Names of the activations that the native layers compute. */
export type Activation = ActivationName | 'none' | 'geluTanh';

/** Names of all activations that dense layers and convolutions can fuse. */
export const activationNames: readonly ActivationName[] = [
  'relu',
  'leakyRelu',
  'sigmoid',
  'tanh',
  'gelu',
  'silu',
  'elu',
  'selu',
  'softplus',
  'hardSwish',
  'mish',
];

/** Returns the parameter of a fused activation: α of elu, and the slope of leakyRelu. */
export const fusedSlope = (name: ActivationName | 'none'): number => (name === 'elu' ? 1 : 0.01);

/** Returns the checked option `activation` of a layer. */
export function checkFused(
  path: string,
  activation: ActivationName | undefined,
): ActivationName | 'none' {
  if (activation === undefined) return 'none';
  if ((activation as string) === 'softmax') refuseSoftmax(path);
  return checkOneOf(path, activation, activationNames);
}

/** Refuses softmax, which other libraries take here: it is no function of a single element. */
function refuseSoftmax(path: string): never {
  throw new ThalwegError({
    code: 'RANGE',
    path,
    received: '"softmax"',
    expected: activationNames.map((name) => `'${name}'`).join(' or '),
    remedy:
      'leave it out for the loss softmaxCrossEntropy, which applies it; else add nn.softmax()',
  });
}

/** Options that every activation layer takes. */
export interface ActivationOptions {
  /** 1 to 64 letters, digits, `_` or `-`. Default the activation and a number, such as `relu1`. */
  readonly name?: string;
}

/** Options of {@link leakyRelu}. */
export interface LeakyReluOptions extends ActivationOptions {
  /** Slope for negative inputs, finite and at least 0. Default 0.01. */
  readonly slope?: number;
}

/** Options of {@link gelu}. */
export interface GeluOptions extends ActivationOptions {
  /** `'none'` computes x Φ(x) itself, `'tanh'` the usual approximation. Default `'none'`. */
  readonly approximate?: 'none' | 'tanh';
}

/** Options of {@link elu}. */
export interface EluOptions extends ActivationOptions {
  /** α; elu approaches −α as x → −∞. Finite and at least 0. Default 1. */
  readonly alpha?: number;
}

/** Description of an activation layer. */
export interface ActivationLayer extends Layer {
  /** The kind of layer. */
  readonly kind: 'activation';
  /** Name of the activation function. */
  readonly activation: Activation;
  /** Slope of leakyRelu for negative inputs, or α of elu; other activations do not use it. */
  readonly slope: number;
}

function layer(activation: Activation, options: ActivationOptions, slope = 0): ActivationLayer {
  return Object.freeze({
    kind: 'activation',
    activation,
    slope,
    ...checkName(`${activation}.name`, options.name),
  });
}

/** The activations without a parameter. */
type Simple = Exclude<ActivationName, 'leakyRelu' | 'gelu' | 'elu'>;

function simple(name: Simple, options: ActivationOptions): ActivationLayer {
  checkOptions(name, options, ['name']);
  return layer(name, options);
}

/**
 * Computes max(x, 0).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function relu(options: ActivationOptions = {}): ActivationLayer {
  return simple('relu', options);
}

/**
 * Computes 1 / (1 + e^(-x)).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function sigmoid(options: ActivationOptions = {}): ActivationLayer {
  return simple('sigmoid', options);
}

/**
 * Computes the hyperbolic tangent.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function tanh(options: ActivationOptions = {}): ActivationLayer {
  return simple('tanh', options);
}

/**
 * Computes x where x > 0, else slope · x (Maas 2013).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function leakyRelu(options: LeakyReluOptions = {}): ActivationLayer {
  checkOptions('leakyRelu', options, ['slope', 'name']);
  const slope = checkNumber('leakyRelu.slope', options.slope ?? 0.01, nonNegative);
  return layer('leakyRelu', options, slope);
}

/**
 * Computes x Φ(x), where Φ is the normal distribution function (Hendrycks and Gimpel 2016).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function gelu(options: GeluOptions = {}): ActivationLayer {
  checkOptions('gelu', options, ['approximate', 'name']);
  const form = checkOneOf('gelu.approximate', options.approximate ?? 'none', ['none', 'tanh']);
  return layer(form === 'tanh' ? 'geluTanh' : 'gelu', options);
}

/**
 * Computes x σ(x), where σ is the logistic function. It is also called swish (Elfwing, Uchibe and Doya
 * 2017; Ramachandran, Zoph and Le 2017).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function silu(options: ActivationOptions = {}): ActivationLayer {
  return simple('silu', options);
}

/**
 * Computes x where x > 0, else α (eˣ − 1) (Clevert, Unterthiner and Hochreiter 2015).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function elu(options: EluOptions = {}): ActivationLayer {
  checkOptions('elu', options, ['alpha', 'name']);
  return layer('elu', options, checkNumber('elu.alpha', options.alpha ?? 1, nonNegative));
}

/**
 * Computes λ x where x > 0, else λ α (eˣ − 1), with λ = 1.0507… and α = 1.6733…. Where weights start
 * with `'lecunNormal'`, activations keep mean 0 and variance 1 from layer to layer (Klambauer et al. 2017).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function selu(options: ActivationOptions = {}): ActivationLayer {
  return simple('selu', options);
}

/**
 * Computes ln(1 + eˣ), a smooth relu (Dugas et al. 2001).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function softplus(options: ActivationOptions = {}): ActivationLayer {
  return simple('softplus', options);
}

/**
 * Computes x min(max(x + 3, 0), 6) / 6, a piecewise linear and quadratic form of silu (Howard et al. 2019).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function hardSwish(options: ActivationOptions = {}): ActivationLayer {
  return simple('hardSwish', options);
}

/**
 * Computes x tanh(ln(1 + eˣ)) (Misra 2019).
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 */
export function mish(options: ActivationOptions = {}): ActivationLayer {
  return simple('mish', options);
}

/** Names of all activations that a separate layer can compute. */
export const layerActivations = [...activationNames, 'geluTanh'] as const;

declare module './layer.js' {
  interface LayerKinds {
    /** An activation as a separate layer. */
    readonly activation: ActivationLayer;
  }
}

defineKind<ActivationLayer>({
  kind: 'activation',
  check({ kind, activation, slope, ...options }) {
    const name = checkOneOf('activation', activation, layerActivations);
    if (name === 'leakyRelu') return leakyRelu({ ...options, slope });
    if (name === 'elu') return elu({ ...options, alpha: slope });
    if (name === 'gelu') return gelu(options);
    if (name === 'geluTanh') return gelu({ ...options, approximate: 'tanh' });
    return simple(name, options);
  },
  outputShape: (_, input) => input,
  parameters: () => [],
  lower: ({ activation, slope }, input, program, from) =>
    program.add('activation', sameSize(input, from), { activation, slope }),
});
