/** The calls of a program that starved.mjs starves of memory. */
import { mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { Worker } from 'node:worker_threads';
import {
  calling,
  device,
  dist,
  fit,
  folder,
  inputs,
  labels,
  make,
  metrics,
  random,
  reading,
  rows,
  set,
  stateOf,
  training,
  wide,
  wideSet,
  withTrainer,
} from './starved-trainer.mjs';

const { Trainer, data, nn, optim } = createRequire(import.meta.url)(dist);

const saved = join(folder, 'saved.safetensors');
const weights = () => ({ w: random(5000), b: random(10) });
const gradients = { w: random(5000, 0.1), b: random(10, 0.1) };

export const scenarios = [
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
  reading('a predictor', async (trainer) => {
    const predictor = await trainer.predictor({ device, batchSize: 5 });
    try {
      const row = inputs.slice(0, predictor.model.input[0]);
      return [await predictor.predict(inputs), predictor.predictSync(row)];
    } finally {
      predictor.dispose();
    }
  }),
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
