/** Models for other programs: files of ONNX and of TensorFlow.js. */
export { saveOnnx, toOnnx } from './onnx/save.js';
export type { ExportOptions } from './source.js';
export { saveTfjs, toTfjs } from './tfjs/save.js';
export type { TfjsArtifacts, TfjsWeightSpec } from './tfjs/topology.js';
