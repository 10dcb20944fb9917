/**
 * Reads and writes the weights of a model as a safetensors file, with one float32 tensor for each parameter
 * and running statistic, by name.
 */
import type { Weights } from '../average/weights.js';
import { readCheckpoint } from '../checkpoint/file.js';
import { checkpointKind } from '../checkpoint/head.js';
import { ThalwegError } from '../errors.js';
import { isFloat } from '../io/float-numbers.js';
import type { Entry } from '../io/safetensors-header.js';
import {
  type OpenSafetensors,
  readFloats,
  withSafetensors,
  writeOwnSafetensors,
} from '../io/safetensors.js';
import { elements } from '../nn/layer.js';
import { modelFormat, openModelHead } from '../nn/load.js';
import type { Sequential } from '../nn/sequential.js';
import { type DataSink, readData } from '../sealed/data.js';
import { statedSums } from '../sealed/head.js';

/** Writes the tensors atomically, with the model and the kind of weights in the metadata. */
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
  await writeOwnSafetensors(file, tensors, {
    format: 'thalweg',
    model: JSON.stringify(model),
    weights,
  });
}

/** The result of {@link Trainer.loadWeights}: names of parameters and statistics. */
export interface LoadedWeights {
  /** Tensors of the model that were replaced. */
  readonly loaded: readonly string[];
  /** Tensors of the model that did not change, because the file lacks them or has another shape. */
  readonly kept: readonly string[];
  /** Tensors of the file that were not used, because the model lacks them or has another shape. */
  readonly unused: readonly string[];
}

/** The prefixes of tensor names in a checkpoint. */
const inCheckpoint = /^(?:parameters|statistics)\//;

function show({ dtype, shape }: Pick<Entry, 'dtype' | 'shape'>): string {
  return `${dtype} [${shape.join(', ')}]`;
}

/** Returns the tensors that a file of weights contains. */
function stateOf({ parameters, statistics }: Sequential) {
  return [...parameters, ...statistics];
}

/** Refuses a file that does not hold exactly the model's parameters and statistics. */
function checkExact(
  file: string,
  model: Sequential,
  tensors: readonly Entry[],
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
      expected: `${show({ dtype: 'F32', shape: expected.shape })}, or F64, F16 or BF16`,
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

/** The names of the tensors, and the entries to read with the arrays for their values. */
interface Plan extends LoadedWeights {
  readonly wanted: readonly { readonly entry: Entry; readonly values: Float32Array }[];
}

/**
 * Chooses the tensors of a file that the model takes. It needs only the file's header.
 *
 * @throws ThalwegError MISSING, MISMATCH
 */
function plan(
  file: string,
  model: Sequential,
  entries: readonly Entry[],
  match: 'exact' | 'overlap',
): Plan {
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const wanted: { name: string; entry: Entry; values: Float32Array }[] = [];
  const kept: string[] = [];
  for (const { name, shape } of stateOf(model)) {
    const entry = byName.get(name);
    if (entry !== undefined && isFloat(entry.dtype) && entry.shape.join() === shape.join())
      wanted.push({ name, entry, values: new Float32Array(elements(shape)) });
    else kept.push(name);
  }
  const loaded = wanted.map(({ name }) => name);
  const taken = new Set(loaded);
  const unused = entries.map(({ name }) => name).filter((name) => !taken.has(name));
  const names = { loaded, kept, unused };
  if (match === 'exact') checkExact(file, model, entries, names);
  if (loaded.length === 0)
    throw new ThalwegError({
      code: 'MISMATCH',
      path: file,
      received: 'no tensor with name and shape of a parameter',
      expected: 'at least one',
    });
  return { ...names, wanted };
}

/** Copies the wanted tensors out of the pieces of a checkpoint's data, whose weights are float32. */
function sinkOf({ wanted }: Plan): DataSink {
  const targets = wanted.map(({ entry, values }) => ({
    begin: entry.begin,
    bytes: new Uint8Array(values.buffer),
  }));
  return (offset, piece) => {
    for (const { begin, bytes } of targets) {
      const from = Math.max(begin, offset);
      const to = Math.min(begin + bytes.length, offset + piece.length);
      if (from < to) bytes.set(piece.subarray(from - offset, to - offset), from - begin);
    }
  };
}

/** Reads weights from a checkpoint, and verifies all its checksums. */
async function readFromCheckpoint(
  file: string,
  model: Sequential,
  match: 'exact' | 'overlap',
): Promise<Plan> {
  let made: Plan | undefined;
  await readCheckpoint(file, ({ entries }) => {
    const weights = entries
      .filter(({ name, dtype }) => inCheckpoint.test(name) && dtype === 'F32')
      .map((entry) => ({ ...entry, name: entry.name.replace(inCheckpoint, '') }));
    made = plan(file, model, weights, match);
    return sinkOf(made);
  });
  return made!;
}

/** Reads weights from an open model file, and verifies all its checksums. */
async function readFromModel(
  opened: OpenSafetensors,
  file: string,
  model: Sequential,
  match: 'exact' | 'overlap',
): Promise<Plan> {
  openModelHead(opened, file);
  const entries = opened.entries.filter(({ dtype }) => dtype === 'F32');
  const planned = plan(file, model, entries, match);
  const stated = statedSums(opened, file);
  await readData(opened, file, opened.entries, { stated, sink: sinkOf(planned) });
  return planned;
}

/**
 * Reads parameters and statistics of `model` from a file of weights, a model file or a checkpoint. `'exact'` requires all of
 * them and no other; `'overlap'` takes those whose name and shape agree. Other tensors are not read.
 *
 * @throws ThalwegError MISSING, MISMATCH, RANGE, and the errors of a damaged file
 */
export async function readWeights(
  file: string,
  model: Sequential,
  match: 'exact' | 'overlap',
): Promise<LoadedWeights & { readonly values: Readonly<Record<string, Float32Array>> }> {
  const made = await withSafetensors(file, async (opened) => {
    const { format } = opened.metadata;
    if (format === checkpointKind.format) return undefined;
    if (format === modelFormat.kind.format) return readFromModel(opened, file, model, match);
    const planned = plan(file, model, opened.entries, match);
    for (const { entry, values } of planned.wanted) await readFloats(opened, entry, values, file);
    return planned;
  });
  const { wanted, ...names } = made ?? (await readFromCheckpoint(file, model, match));
  const values = Object.fromEntries(names.loaded.map((name, i) => [name, wanted[i]!.values]));
  return { ...names, values };
}
