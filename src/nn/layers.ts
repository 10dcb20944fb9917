/** Exports all layers. Importing a layer's file registers its kind. */
export {
  elu,
  gelu,
  hardSwish,
  leakyRelu,
  mish,
  relu,
  selu,
  sigmoid,
  silu,
  softplus,
  tanh,
} from './activation.js';
export type {
  Activation,
  ActivationLayer,
  ActivationName,
  ActivationOptions,
  EluOptions,
  GeluOptions,
  LeakyReluOptions,
} from './activation.js';
export { batchNorm } from './batch-norm.js';
export type { BatchNormLayer, BatchNormOptions } from './batch-norm.js';
export { conv1d } from './conv1d.js';
export type { Conv1dLayer, Conv1dOptions } from './conv1d.js';
export { conv2d } from './conv2d.js';
export type { Conv2dLayer, Conv2dOptions } from './conv2d.js';
export { dense } from './dense.js';
export type { DenseLayer, DenseOptions } from './dense.js';
export { depthwiseConv2d } from './depthwise-conv2d.js';
export type { DepthwiseConv2dLayer, DepthwiseConv2dOptions } from './depthwise-conv2d.js';
export { dropout } from './dropout.js';
export type { DropoutLayer } from './dropout.js';
export { embedding } from './embedding.js';
export type { EmbeddingLayer, EmbeddingOptions } from './embedding.js';
export { flatten } from './flatten.js';
export type { FlattenLayer } from './flatten.js';
export { globalAveragePool, globalMaxPool } from './global-pool.js';
export type {
  GlobalAveragePoolLayer,
  GlobalMaxPoolLayer,
  GlobalPoolOptions,
} from './global-pool.js';
export { groupNorm } from './group-norm.js';
export type { GroupNormLayer, GroupNormOptions } from './group-norm.js';
export { layerNorm } from './layer-norm.js';
export type { LayerNormLayer, LayerNormOptions } from './layer-norm.js';
export { averagePool1d, maxPool1d } from './pool1d.js';
export type { AveragePool1dLayer, MaxPool1dLayer, Pool1dOptions } from './pool1d.js';
export { averagePool2d, maxPool2d } from './pool2d.js';
export type { AveragePool2dLayer, MaxPool2dLayer, Pool2dOptions } from './pool2d.js';
export { reshape } from './reshape.js';
export type { ReshapeLayer } from './reshape.js';
export { residual } from './residual.js';
export type { ResidualLayer, ResidualOptions } from './residual.js';
export type { Extents, Padding } from './window.js';
export { rmsNorm } from './rms-norm.js';
export type { RmsNormLayer, RmsNormOptions } from './rms-norm.js';
export { softmax } from './softmax.js';
export type { SoftmaxLayer } from './softmax.js';
export { upsample } from './upsample.js';
export type { UpsampleLayer, UpsampleOptions } from './upsample.js';
