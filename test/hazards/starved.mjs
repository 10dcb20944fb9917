/**
 * Runs under test/native/starve.cc: makes allocations of the addon fail, one after another, while
 * it calls everything that a program can call. Each failure must be MEMORY and leave everything as
 * it was, or as it is after some whole steps. Prints its findings as JSON.
 *   STARVE_FILE=orders STARVE_STRIDE=n STARVE_SEED=s STARVE_DEVICE=cpu node test/hazards/starved.mjs
 * STARVE_ONLY=name runs one scenario.
 */
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { Worker } from 'node:worker_threads';

const dist = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const { Trainer, average, checkpoint, data, nn, optim } = createRequire(import.meta.url)(dist);

const stride = Number(process.env.STARVE_STRIDE ?? 1);
let seed = Number(process.env.STARVE_SEED ?? 1);
const device = process.env.STARVE_DEVICE ?? 'cpu';
const folder = mkdtempSync(join(tmpdir(), 'thalweg-starved-'));

// ---- orders to the preloaded library

const orders = openSync(process.env.STARVE_FILE, 'r+');
function write(place, ...values) {
  writeSync(orders, BigInt64Array.from(values, BigInt), 0, 8 * values.length, 8 * place);
}
function read(place) {
  const value = new BigInt64Array(1);
  readSync(orders, value, 0, 8, 8 * place);
  return Number(value[0]);
}
const [armed, countdown, failed, ranges] = [0, 1, 3, 4];

/** Returns the place of a library's code. */
function codeOf(name) {
  const line = readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .find((each) => each.includes(name) && each.split(' ')[1].includes('x'));
  return line === undefined
    ? [0, 0]
    : line
        .split(' ')[0]
        .split('-')
        .map((end) => `0x${end}`);
}

/** Makes the n-th allocation fail, and with `persistent` all after it. */
function starve(n, persistent) {
  write(countdown, n, persistent ? 1 : 0, 0);
  write(armed, 1);
}
/** Ends the failures, and returns how many there were. */
function feed() {
  write(armed, 0);
  return read(failed);
}

// ---- what is asked of the addon

const rows = 12;
const random = (length, scale = 1) =>
  Float32Array.from({ length }, (_, i) => scale * Math.sin(1 + i * 12.9898 + (i % 7)));
const inputs = random(rows * 6);
const labels = Int32Array.from({ length: rows }, (_, i) => (i * i) % 3);
const set = data.fromArrays({ inputs, shape: [rows, 6], labels });
const model = nn.sequential(
  { input: [6] },
  nn.dense(16, { activation: 'gelu' }),
  nn.batchNorm(),
  nn.dropout(0.25),
  nn.residual([nn.dense(16, { activation: 'relu' }), nn.layerNorm()]),
  nn.dense(3),
);
const make = () =>
  new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.adamW(),
    clip: { globalNorm: 1 },
    average: average.ema({ decay: 0.9 }),
    seed: 5,
    device,
  });
const metrics = ['f1', 'confusionMatrix', 'rocAuc'];
/** Rows of this many numbers are gathered ahead, where a processor is spare. */
const wide = 2 ** 20;
const wideSet = data.fromArrays({
  inputs: Uint8Array.from({ length: 3 * wide }, (_, i) => i),
  shape: [3, wide],
  labels: labels.subarray(0, 3),
});
const fit = { epochs: 2, batchSize: 4, monitor: { every: 1 }, validation: set, metrics };

/** Returns all state of a trainer, as bytes. */
async function stateOf(trainer) {
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
async function withTrainer(body) {
  const trainer = make();
  try {
    return await body(trainer);
  } finally {
    trainer.dispose();
  }
}

/** Makes a scenario of a run, which may end after any step; then the trainer goes on. */
function training(name, options) {
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
function reading(name, act) {
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
function calling(name, act) {
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

const saved = join(folder, 'saved.safetensors');
const weights = () => ({ w: random(5000), b: random(10) });
const gradients = { w: random(5000, 0.1), b: random(10, 0.1) };

const scenarios = [
  calling('a trainer', () => withTrainer((trainer) => Object.keys(trainer.parameters()))),
  training('fit', () => fit),
  training('fit, accumulating', () => ({ epochs: 1, batchSize: 2, accumulate: 2 })),
  training('fit, steps in flight', () => ({ epochs: 2, batchSize: 2 })),
  training('fit, guarded', () => ({ epochs: 2, batchSize: 4, guard: { everySteps: 2 } })),
  training('fit, with checkpoints', () => ({
    epochs: 1,
    batchSize: 4,
    checkpoint: {
      folder: mkdtempSync(join(folder, 'kept-')),
      everySteps: 1,
      keepLast: 1,
      waits: true,
      signals: 'ignore',
    },
  })),
  reading('evaluate', (trainer) => trainer.evaluate(set, { metrics, batchSize: 5 })),
  calling('evaluate, gathering ahead', async () => {
    const model = nn.sequential({ input: [wide] }, nn.dense(3, { weightInitializer: 'zeros' }));
    const optimizer = optim.sgd();
    const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer, device });
    try {
      return await trainer.evaluate(wideSet, { batchSize: 1 });
    } finally {
      trainer.dispose();
    }
  }),
  reading('predict', (trainer) => trainer.predict(inputs, { batchSize: 5 })),
  reading('gradients', (trainer) =>
    Promise.resolve(trainer.gradients(set, Uint32Array.of(3, 1, 2), { training: true })),
  ),
  reading('save', async (trainer) => {
    await trainer.save(saved);
  }),
  {
    name: 'resume',
    prepare: async () => {
      const trained = make();
      await trained.fit(set, { epochs: 1, batchSize: 4 });
      await trained.save(saved);
      const states = [await stateOf(trained), await withTrainer(stateOf)];
      trained.dispose();
      return states;
    },
    open: make,
    act: async (trainer) => {
      await trainer.resume(saved);
    },
    verify: async (trainer, [after, before], error) => {
      const state = await stateOf(trainer);
      if (error !== undefined && !isDeepStrictEqual(state, before)) throw new Error('half of it');
      await trainer.resume(saved);
      if (!isDeepStrictEqual(await stateOf(trainer), after)) throw new Error('another state');
    },
    close: (trainer) => trainer.dispose(),
  },
  {
    name: 'refreshStatistics',
    prepare: () =>
      withTrainer(async (trainer) => {
        const before = trainer.statistics();
        await trainer.refreshStatistics(set, { batchSize: 4 });
        return [trainer.statistics(), before];
      }),
    open: make,
    act: (trainer) => trainer.refreshStatistics(set, { batchSize: 4 }),
    verify: async (trainer, [after, before], error) => {
      const found = trainer.statistics();
      if (error !== undefined && !isDeepStrictEqual(found, before)) throw new Error('half of it');
      await trainer.refreshStatistics(set, { batchSize: 4 });
      if (!isDeepStrictEqual(trainer.statistics(), after)) throw new Error('another state');
    },
    close: (trainer) => trainer.dispose(),
  },
  {
    name: 'minimize',
    prepare: () =>
      withTrainer(async (trainer) => {
        await trainer.minimize(set, optim.lbfgs(), { iterations: 2 });
        return trainer.parameters();
      }),
    open: make,
    act: (trainer) => trainer.minimize(set, optim.lbfgs(), { iterations: 2 }),
    verify: async (trainer, _, error) => {
      if (error === undefined) return;
      for (const values of Object.values(trainer.parameters()))
        if (!values.every(Number.isFinite)) throw new Error('weights that are not finite');
      await trainer.minimize(set, optim.lbfgs(), { iterations: 1 });
    },
    close: (trainer) => trainer.dispose(),
  },
  {
    name: 'optim.bind and its steps',
    prepare: () => {
      const values = weights();
      const stepper = optim.bind(optim.adam(), values, { clip: { globalNorm: 1 } });
      const states = [{ ...weights() }];
      for (let i = 0; i < 3; i++) {
        stepper.step(gradients);
        states.push({ w: values.w.slice(), b: values.b.slice() });
      }
      return states;
    },
    open: () => ({ values: weights(), steps: 0 }),
    act: (subject) => {
      subject.stepper ??= optim.bind(optim.adam(), subject.values, { clip: { globalNorm: 1 } });
      while (subject.steps < 3) {
        subject.stepper.step(gradients);
        subject.steps++;
      }
    },
    verify: (subject, states) => {
      const { values, steps } = subject;
      if (!isDeepStrictEqual(values, states[steps])) throw new Error(`half of step ${steps}`);
      while (subject.steps < 3) {
        subject.stepper ??= optim.bind(optim.adam(), values, { clip: { globalNorm: 1 } });
        subject.stepper.step(gradients);
        subject.steps++;
      }
      if (!isDeepStrictEqual(values, states[3])) throw new Error('another state');
    },
    close: ({ stepper }) => stepper?.dispose(),
  },
  {
    name: 'state of a stepper',
    prepare: () => {
      const stepper = optim.bind(optim.adam(), weights());
      stepper.step(gradients);
      return stepper.state();
    },
    open: () => optim.bind(optim.adam(), weights()),
    act: (stepper, state) => stepper.restore(state),
    verify: (stepper, state, error) => {
      if (error !== undefined && stepper.state().step !== 0) throw new Error('half of it');
      stepper.restore(state);
      if (!isDeepStrictEqual(stepper.state(), state)) throw new Error('another state');
    },
    close: (stepper) => stepper.dispose(),
  },
  calling('data sets and gather', () => {
    const made = data.fromArrays({ inputs, shape: [rows, 6], labels });
    try {
      return data.gather(made, Uint32Array.of(2, 0, 1));
    } finally {
      made.dispose();
    }
  }),
  calling('shufflers and samplings', () => {
    const all = [];
    const few = { length: 1000, batchSize: 300, seed: 3n };
    const classes = Int32Array.from({ length: 1000 }, (_, i) => i % 3);
    const chances = Float64Array.from({ length: 1000 }, (_, i) => 1 + (i % 5));
    for (const options of [
      few,
      { ...few, exact: true },
      { ...few, sampling: data.weighted({ weights: chances }) },
      { ...few, sampling: data.weighted({ weights: chances, replacement: false }) },
      { ...few, sampling: data.stratified({ labels: classes }) },
    ])
      all.push([...new data.Shuffler(options)].map((batch) => batch.slice()));
    all.push(data.permutation({ length: 100_000 }));
    return all;
  }),
  {
    name: 'the addon in a new environment',
    prepare: () => undefined,
    open: () => undefined,
    act: async () => {
      const worker = new Worker(
        `const { parentPort } = require('node:worker_threads');
         try { require(${JSON.stringify(dist)}); parentPort.postMessage(undefined); }
         catch ({ code, message }) { parentPort.postMessage({ code, message }); }`,
        { eval: true },
      );
      const error = await new Promise((resolve, reject) =>
        worker.once('message', resolve).once('error', reject),
      );
      await worker.terminate();
      if (error !== undefined) throw Object.assign(new Error(error.message), error);
    },
    verify: () => undefined,
    close: () => undefined,
  },
];

// ---- one allocation after another

/** Runs the scenario with its n-th allocation failing; returns how many failed, or the fault. */
async function attempt(scenario, prepared, n, persistent) {
  const subject = scenario.open();
  let error;
  starve(n, persistent);
  try {
    await scenario.act(subject, prepared);
  } catch (thrown) {
    error = thrown;
  }
  const failures = feed();
  try {
    if (error !== undefined && error.code !== 'MEMORY') throw error;
    if (failures > 0) await scenario.verify(subject, prepared, error);
  } catch (wrong) {
    const kind = persistent ? 'from there on' : 'alone';
    const what = `${wrong.code ?? wrong.name}: ${wrong.message}`;
    throw new Error(`${scenario.name}, allocation ${n} failing ${kind}: ${what}`, { cause: wrong });
  }
  scenario.close(subject);
  return { failures, refused: error !== undefined };
}

const report = [];
write(ranges, ...codeOf('libstdc++'), ...codeOf('/thalweg.node'));
const { STARVE_ONLY: only } = process.env;
for (const scenario of scenarios.filter(({ name }) => only === undefined || name === only)) {
  const prepared = await scenario.prepare();
  let [allocations, refused] = [0, 0];
  for (const persistent of [false, true]) {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    for (let n = 1 + (seed % stride); ; n += stride) {
      const outcome = await attempt(scenario, prepared, n, persistent);
      if (outcome.failures === 0) break;
      allocations = Math.max(allocations, n);
      refused += outcome.refused;
    }
  }
  report.push({ name: scenario.name, allocations, refused });
}
closeSync(orders);
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(report));
