/**
 * Weights of a model as a safetensors file: one float32 tensor for each parameter and running
 * statistic, by name.
 */
import type { Weights } from '../average/weights.js';
import { ThalwegError } from '../errors.js';
import { readSafetensors, writeSafetensors } from '../io/safetensors.js';
import { elements } from '../nn/layer.js';
import type { Sequential } from '../nn/sequential.js';

/** Writes the tensors, with what they are of in the metadata, atomically. */
export async function writeWeights(
  file: string,
  model: Sequential,
  arrays: Readonly<Record<string, Float32Array>>,
  weights: Weights,
): Promise<void> {
  const tensors = [...model.parameters, ...model.statistics].map(({ name, shape }) => ({
    name,
    dtype: 'F32' as const,
    shape,
    data: arrays[name]!,
  }));
  await writeSafetensors(file, tensors, {
    format: 'thalweg',
    model: JSON.stringify(model),
    weights,
  });
}

/**
 * Reads the parameters and statistics of `model` from a file, which must hold exactly them.
 *
 * @throws ThalwegError MISSING, MISMATCH, and what reading a damaged file throws
 */
export async function readWeights(
  file: string,
  model: Sequential,
): Promise<Record<string, Float32Array>> {
  const { tensors } = await readSafetensors(file);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const result: Record<string, Float32Array> = {};
  for (const { name, shape } of [...model.parameters, ...model.statistics]) {
    const tensor = byName.get(name);
    if (tensor === undefined)
      throw new ThalwegError({
        code: 'MISSING',
        path: `${file}: ${name}`,
        received: 'no such tensor',
        expected: `a float32 tensor of shape [${shape.join(', ')}]`,
      });
    if (tensor.dtype !== 'F32' || tensor.shape.join() !== shape.join())
      throw new ThalwegError({
        code: 'MISMATCH',
        path: `${file}: ${name}`,
        received: `${tensor.dtype} [${tensor.shape.join(', ')}]`,
        expected: `F32 [${shape.join(', ')}]`,
        remedy: 'load the weights into the model they were saved from',
      });
    byName.delete(name);
    result[name] = new Float32Array(tensor.data.buffer, tensor.data.byteOffset, elements(shape));
  }
  const [extra] = byName.keys();
  if (extra !== undefined)
    throw new ThalwegError({
      code: 'MISMATCH',
      path: `${file}: ${extra}`,
      received: 'a tensor that the model lacks',
      expected: "the model's parameters and statistics only",
    });
  return result;
}
