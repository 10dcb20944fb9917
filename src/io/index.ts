/** Reads and writes files of tensors. */
export { type ReadSafetensorsOptions, readSafetensors, writeSafetensors } from './safetensors.js';
export type { SafetensorsFile, SafetensorsTensor } from './safetensors-header.js';
export type { SafetensorsType } from './safetensors-type.js';
