/** Models and layers: plain descriptions, without memory. */
export type { Initializer } from './initializer.js';
export type { Layer, LayerKinds, ParameterSpec, PlacedLayer, StatisticSpec } from './layer.js';
export * from './layers.js';
export { load } from './load.js';
export { fromJSON, sequential } from './sequential.js';
export type { Sequential, SequentialJson, SequentialOptions } from './sequential.js';
