/**
 * Weights of a model as a safetensors file: one float32 tensor for each parameter and running
 * statistic, by name.
 */
import type { Weights } from '../average/weights.js';
import { ThalwegError } from '../errors.js';
import type { SafetensorsTensor } from '../io/safetensors-header.js';
import { readSafetensors, writeSafetensors } from '../io/safetensors.js';
import { checkpointFormat } from '../checkpoint/head.js';
import { inspect } from '../checkpoint/inspect.js';
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

/** What {@link Trainer.loadWeights} did, by names of parameters and statistics. */
export interface LoadedWeights {
  /** Replaced. */
  readonly loaded: readonly string[];
  /** Of the model, not in the file with that shape: left as they were. */
  readonly kept: readonly string[];
  /** Of the file, not in the model with that shape. */
  readonly unused: readonly string[];
}

/** How a checkpoint names them. */
const inCheckpoint = /^(?:parameters|statistics)\//;

/** The tensors of a file of weights, or those of a checkpoint, which is verified. */
async function tensorsOf(file: string): Promise<readonly SafetensorsTensor[]> {
  const { tensors, metadata } = await readSafetensors(file);
  if (metadata['format'] !== checkpointFormat) return tensors;
  await inspect(file);
  return tensors
    .filter(({ name }) => inCheckpoint.test(name))
    .map((tensor) => ({ ...tensor, name: tensor.name.replace(inCheckpoint, '') }));
}

function show({ dtype, shape }: Pick<SafetensorsTensor, 'dtype' | 'shape'>): string {
  return `${dtype} [${shape.join(', ')}]`;
}

/** What a file of weights holds. */
function stateOf({ parameters, statistics }: Sequential) {
  return [...parameters, ...statistics];
}

/** Refuses a file that does not hold exactly the model's parameters and statistics. */
function checkExact(
  file: string,
  model: Sequential,
  tensors: readonly SafetensorsTensor[],
  { kept, unused }: LoadedWeights,
): void {
  const [wrong] = kept;
  const expected = stateOf(model).find(({ name }) => name === wrong);
  const found = tensors.find(({ name }) => name === wrong);
  const extra = unused.find((name) => name !== wrong);
  if (expected !== undefined)
    throw new ThalwegError({
      code: found === undefined ? 'MISSING' : 'MISMATCH',
      path: `${file}: ${expected.name}`,
      received: found === undefined ? 'no such tensor' : show(found),
      expected: show({ dtype: 'F32', shape: expected.shape }),
      remedy: "load the weights into the model they were saved from, or with { match: 'overlap' }",
    });
  if (extra !== undefined)
    throw new ThalwegError({
      code: 'MISMATCH',
      path: `${file}: ${extra}`,
      received: 'a tensor that the model lacks',
      expected: "the model's parameters and statistics only",
      remedy: "{ match: 'overlap' } takes what fits",
    });
}

/**
 * Reads parameters and statistics of `model` from a file of weights or a checkpoint: all of them and
 * nothing else, or those whose name and shape agree.
 *
 * @throws ThalwegError MISSING, MISMATCH, and what reading a damaged file throws
 */
export async function readWeights(
  file: string,
  model: Sequential,
  match: 'exact' | 'overlap',
): Promise<LoadedWeights & { readonly values: Readonly<Record<string, Float32Array>> }> {
  const tensors = await tensorsOf(file);
  const fits = new Map(tensors.map((tensor) => [`${tensor.name} ${show(tensor)}`, tensor]));
  const values: Record<string, Float32Array> = {};
  const kept: string[] = [];
  for (const { name, shape } of stateOf(model)) {
    const tensor = fits.get(`${name} ${show({ dtype: 'F32', shape })}`);
    if (tensor === undefined) kept.push(name);
    else
      values[name] = new Float32Array(tensor.data.buffer, tensor.data.byteOffset, elements(shape));
  }
  const loaded = Object.keys(values);
  const unused = tensors.map(({ name }) => name).filter((name) => !Object.hasOwn(values, name));
  const names = { loaded, kept, unused };
  if (match === 'exact') checkExact(file, model, tensors, names);
  if (loaded.length === 0)
    throw new ThalwegError({
      code: 'MISMATCH',
      path: file,
      received: 'no tensor with name and shape of a parameter',
      expected: 'at least one',
    });
  return { ...names, values };
}
