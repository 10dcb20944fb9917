/** Models for other programs: files of ONNX. */
export { saveOnnx, toOnnx } from './onnx/save.js';
export type { OnnxOptions } from './onnx/save.js';
