/** A trainer whose calls starved.mjs starves of memory, its state, and scenarios of its calls. */
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

export const dist = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const { Trainer, average, checkpoint, data, nn, optim } = createRequire(import.meta.url)(dist);

export const device = process.env.STARVE_DEVICE ?? 'cpu';
/** Holds all files of the run. */
export const folder = mkdtempSync(join(tmpdir(), 'thalweg-starved-'));

export const rows = 12;
export const random = (length, scale = 1) =>
  Float32Array.from({ length }, (_, i) => scale * Math.sin(1 + i * 12.9898 + (i % 7)));
export const inputs = random(rows * 6);
export const labels = Int32Array.from({ length: rows }, (_, i) => (i * i) % 3);
export const set = data.fromArrays({ inputs, shape: [rows, 6], labels });
const model = nn.sequential(
  { input: [6] },
  nn.dense(16, { activation: 'gelu' }),
  nn.batchNorm(),
  nn.dropout(0.25),
  nn.residual([nn.dense(16, { activation: 'relu' }), nn.layerNorm()]),
  nn.dense(3),
);
export const make = () =>
  new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adamW(),
    clip: { globalNorm: 1 },
    average: average.ema({ decay: 0.9 }),
    seed: 5,
    device,
  });
export const metrics = ['f1', 'confusionMatrix', 'rocAuc'];
/** Rows of this many numbers are gathered ahead, where a processor is spare. */
export const wide = 2 ** 20;
export const wideSet = data.fromArrays({
  inputs: Uint8Array.from({ length: 3 * wide }, (_, i) => i),
  shape: [3, wide],
  labels: labels.subarray(0, 3),
});
export const fit = { epochs: 2, batchSize: 4, monitor: { every: 1 }, validation: set, metrics };

/** Returns all state of a trainer, as bytes. */
export async function stateOf(trainer) {
  const file = join(folder, 'state.safetensors');
  await trainer.save(file);
  return bytesOf(file);
}
/** Returns the tensors of a checkpoint without its history, and the number of its steps. */
async function bytesOf(file) {
  const { state } = await checkpoint.inspect(file);
  const bytes = readFileSync(file);
  const begin = 8 + Number(bytes.readBigUInt64LE(0));
  const tensors = Object.entries(JSON.parse(bytes.subarray(8, begin)))
    .filter(([name]) => name !== '__metadata__' && name !== 'history')
    .map(
      ([
        name,
        {
          data_offsets: [first, last],
        },
      ]) => [name, bytes.subarray(begin + first, begin + last).toString('base64')],
    );
  return { steps: state.steps, tensors };
}

/** Returns the state after each step of a run; each of them is a whole state. */
async function statesOf(options) {
  const where = mkdtempSync(join(folder, 'reference-'));
  const trainer = make();
  const states = [await stateOf(trainer)];
  const keeping = { folder: where, everySteps: 1, keepLast: 1000, waits: true, signals: 'ignore' };
  await trainer.fit(set, { ...options, checkpoint: keeping });
  for (const name of readdirSync(where).filter((each) => each.endsWith('.safetensors')))
    states.push(await bytesOf(join(where, name)));
  trainer.dispose();
  return states;
}

/** Runs the body on a trainer, and disposes of it. */
export async function withTrainer(body) {
  const trainer = make();
  try {
    return await body(trainer);
  } finally {
    trainer.dispose();
  }
}

/** Makes a scenario of a run, which may end after any step; then the trainer goes on. */
export function training(name, options) {
  return {
    name,
    prepare: () => statesOf(options()),
    open: make,
    act: async (trainer) => {
      await trainer.fit(set, options());
    },
    verify: async (trainer, states) => {
      const found = await stateOf(trainer);
      const whole = states.some((each) => isDeepStrictEqual(each, found));
      if (!whole) throw new Error(`a state that no whole step leaves, after ${found.steps}`);
      await trainer.fit(set, { epochs: 1, batchSize: 4 });
    },
    close: (trainer) => trainer.dispose(),
  };
}

/**
 * Makes a scenario of a call that only reads a trainer: it fails as a whole, and then gives its
 * result.
 */
export function reading(name, act) {
  return {
    name,
    prepare: () => withTrainer(async (trainer) => [await act(trainer), await stateOf(trainer)]),
    open: make,
    act,
    verify: async (trainer, [value, state]) => {
      if (!isDeepStrictEqual(await act(trainer), value)) throw new Error('another value');
      if (!isDeepStrictEqual(await stateOf(trainer), state)) throw new Error('another state');
    },
    close: (trainer) => trainer.dispose(),
  };
}

/** Makes a scenario of a call without any state. */
export function calling(name, act) {
  return {
    name,
    prepare: act,
    open: () => undefined,
    act: () => act(),
    verify: async (_, value) => {
      if (!isDeepStrictEqual(await act(), value)) throw new Error('another value');
    },
    close: () => undefined,
  };
}
