/** Runs models in other programs, and compares their outputs with a trainer's. */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { Trainer, exchange, optim } from '../../src/index.js';
import { elements } from '../../src/nn/layer.js';
import type { Sequential } from '../../src/nn/sequential.js';
import { inputsFor, randomWeights } from '../model/networks.js';

/** Runs a file on rows of float32, or of whole numbers where `isTable` is true. */
export async function runOnnx(
  bytes: Uint8Array,
  inputs: Float32Array,
  shape: readonly number[],
  isTable = false,
): Promise<{ readonly dims: readonly number[]; readonly data: Float32Array }> {
  const session = await InferenceSession.create(bytes, { logSeverityLevel: 3 });
  const dims = [inputs.length / elements(shape), ...shape];
  const input = isTable
    ? new Tensor('int64', BigInt64Array.from(inputs, BigInt), dims)
    : new Tensor('float32', inputs, dims);
  const { output } = await session.run({ input });
  await session.release();
  return { dims: output!.dims, data: output!.data as Float32Array };
}

/** Returns numbers that differ in their last bits. */
const rounded = (random: () => number, values: Float32Array): Float32Array =>
  values.map((value) => value * (1 + (random() < 0.5 ? -1 : 1) * 2 ** -23));

/** The outputs of one network, here and in onnxruntime. */
export interface Comparison {
  readonly ours: Float32Array;
  readonly theirs: Float32Array;
  readonly dims: readonly number[];
  /** The largest difference, as a share of the largest output of its row, or of 0.1 where all are smaller. */
  readonly error: number;
  /** The largest difference that a change of the last bits of inputs and weights makes. */
  readonly condition: number;
}

/** Computes the outputs of a trainer's model for rows of inputs in another program. */
export type Run = (
  trainer: Trainer,
  inputs: Float32Array,
  isTable: boolean,
) => Promise<{ readonly dims: readonly number[]; readonly data: Float32Array }>;

const inOnnx: Run = async (trainer, inputs, isTable) =>
  runOnnx(await exchange.toOnnx(trainer), inputs, trainer.model.input, isTable);

/** Compares a network of random weights, on three rows. */
export async function compare(
  random: () => number,
  model: Sequential,
  run: Run = inOnnx,
): Promise<Comparison> {
  using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });
  const arrays = randomWeights(random, model);
  const named = (list: readonly { readonly name: string }[], change = (x: Float32Array) => x) =>
    Object.fromEntries(list.map(({ name }) => [name, change(arrays[name]!)]));
  trainer.setParameters(named(model.parameters));
  trainer.setStatistics(named(model.statistics));
  const inputs = inputsFor(random, model, 3);
  const ours = await trainer.predict(inputs);
  const isTable = model.layers[0]!.layer.kind === 'embedding';
  const { data: theirs, dims } = await run(trainer, inputs, isTable);
  const change = (values: Float32Array): Float32Array => rounded(random, values);
  let condition = 0;
  for (let i = 0; i < 8; i++) {
    trainer.setParameters(named(model.parameters, change));
    trainer.setStatistics(named(model.statistics, change));
    const near = await trainer.predict(isTable ? inputs : change(inputs));
    condition = Math.max(condition, errorOf(ours, near));
  }
  return { ours, theirs, dims, error: errorOf(ours, theirs), condition };
}

function errorOf(ours: Float32Array, theirs: Float32Array): number {
  if (ours.length !== theirs.length) return Infinity;
  const width = ours.length / 3;
  let worst = 0;
  for (let row = 0; row < 3; row++) {
    const own = ours.subarray(row * width, (row + 1) * width);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0.1);
    own.forEach((value, i) => {
      const error = Math.abs(value - theirs[row * width + i]!) / largest;
      if (!(error <= worst)) worst = error;
    });
  }
  return worst;
}
