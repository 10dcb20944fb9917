/** Files of tensors. */
export { readSafetensors, writeSafetensors } from './safetensors.js';
export type { SafetensorsFile, SafetensorsTensor, SafetensorsType } from './safetensors-header.js';
