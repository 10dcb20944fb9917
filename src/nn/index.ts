/** Models and layers: plain descriptions, without memory. */
export { gelu, leakyRelu, relu, sigmoid, tanh } from './activation.js';
export type {
  ActivationLayer,
  ActivationName,
  ActivationOptions,
  GeluOptions,
  LeakyReluOptions,
} from './activation.js';
export { dense } from './dense.js';
export type { DenseLayer, DenseOptions } from './dense.js';
export { dropout } from './dropout.js';
export type { DropoutLayer } from './dropout.js';
export type { Initializer } from './initializer.js';
export type { Activation, Layer, ParameterSpec } from './layer.js';
export { fromJSON, sequential } from './sequential.js';
export type { PlacedLayer, Sequential, SequentialJson, SequentialOptions } from './sequential.js';
export { softmax } from './softmax.js';
export type { SoftmaxLayer } from './softmax.js';
