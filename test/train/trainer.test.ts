/** A trainer fits, and its weights survive a file. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TrainEvent, Trainer, average, data, nn, optim, schedule } from '../../src/index.js';
import { native } from '../../src/native.js';
import { floats, generator, sameBits } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { classes, code, make } from './classes.js';

const allBits = (trainer: Trainer): Float32Array[] => Object.values(trainer.parameters());

const equal = (a: Float32Array[], b: Float32Array[]): boolean =>
  a.every((array, i) => sameBits(array, b[i]!));

describe('fit', () => {
  it('learns, records and tells', async () => {
    using trainer = make();
    using train = classes();
    using validation = classes(100, 2);
    const events: TrainEvent[] = [];
    const fit = trainer.fit(train, { epochs: 40, batchSize: 32, validation });
    for await (const event of fit) events.push(event);
    const history = await fit;
    expect(history.reason).toBe('completed');
    expect(history.steps).toBe(40 * 10);
    expect(trainer.steps).toBe(400);
    expect(history.epochs).toHaveLength(40);
    const losses = history.epochs.map((epoch) => epoch.loss);
    const smooth = average.exponential(losses, { beta: 0.9 });
    expect(history.epochs.map((epoch) => epoch.smoothedLoss)).toEqual([...smooth]);
    expect(history.epochs[39]!.loss).toBeLessThan(history.epochs[0]!.loss / 2);
    expect(history.epochs[39]!.validation!.accuracy).toBeGreaterThan(0.85);
    expect(events[0]).toMatchObject({ type: 'start', stepsPerEpoch: 10, examples: 300 });
    expect(events.filter(({ type }) => type === 'epoch')).toHaveLength(40);
    expect(events.at(-1)).toMatchObject({ type: 'end', reason: 'completed' });
    const { loss, accuracy } = await trainer.evaluate(validation, { batchSize: 7 });
    expect(loss).toBeCloseTo(history.epochs[39]!.validation!.loss, 5);
    expect(accuracy).toBe(history.epochs[39]!.validation!.accuracy);
  });

  it('is a pure function of the seed, whatever the number of threads', async () => {
    using train = classes();
    const run = async (seed: number, threads: number): Promise<Float32Array[]> => {
      native.setThreadCount(threads);
      using trainer = make({ seed });
      await trainer.fit(train, { epochs: 3, batchSize: 16 });
      native.setThreadCount(0);
      return allBits(trainer);
    };
    const first = await run(1, 1);
    for (const threads of [1, 2, 3, 7]) expect(equal(first, await run(1, threads))).toBe(true);
    expect(equal(first, await run(2, 1))).toBe(false);
  });

  it('two runs of two epochs are one of four', async () => {
    using train = classes();
    using once = make();
    using twice = make();
    await once.fit(train, { epochs: 4, batchSize: 16 });
    await twice.fit(train, { epochs: 2, batchSize: 16 });
    await twice.fit(train, { epochs: 2, batchSize: 16 });
    expect(equal(allBits(once), allBits(twice))).toBe(true);
  });

  it.each(['full', 1, 77] as const)('takes a batch size of %s', async (batchSize) => {
    using train = classes(150);
    using trainer = make();
    const { steps } = await trainer.fit(train, { epochs: 1, batchSize });
    expect(steps).toBe(batchSize === 'full' ? 1 : Math.ceil(150 / batchSize));
    using dropping = make();
    const drop = { epochs: 1, batchSize: 77, last: 'drop' as const };
    expect((await dropping.fit(train, drop)).steps).toBe(1);
  });

  it('follows a schedule and a function', async () => {
    using train = classes(100);
    const rates: number[] = [];
    const learningRate = (step: number): number => (rates.push(step), 0.1 / (1 + step));
    using trainer = make({ optimizer: optim.sgd({ learningRate }) });
    const { epochs } = await trainer.fit(train, { epochs: 2, batchSize: 20 });
    expect([...new Set(rates)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(epochs.map((epoch) => epoch.learningRate)).toEqual([0.1 / 5, 0.1 / 10]);
    const cosine = schedule.cosine({ initial: 1, steps: 10 });
    using other = make({ optimizer: optim.sgd({ learningRate: cosine }) });
    const history = await other.fit(train, { epochs: 2, batchSize: 20 });
    expect(history.epochs[1]!.learningRate).toBeCloseTo(0.5 * (1 + Math.cos(0.9 * Math.PI)), 12);
  });

  it('stops within 100 ms of an abort, in a consistent state', async () => {
    const random = generator(2);
    using train = data.fromArrays({
      inputs: floats(random, 2000 * 500),
      shape: [2000, 500],
      labels: Int32Array.from({ length: 2000 }, () => Math.floor(random() * 3)),
    });
    const wide = nn.sequential(
      { input: [500] },
      nn.dense(1000, { activation: 'relu' }),
      nn.dense(3),
    );
    using trainer = make({ model: wide });
    const controller = new AbortController();
    let aborted = 0;
    const onEvent = (event: TrainEvent): void => {
      if (event.type !== 'progress' || aborted) return;
      aborted = performance.now();
      controller.abort();
    };
    const { signal } = controller;
    const history = await trainer.fit(train, { epochs: 10_000, batchSize: 250, signal, onEvent });
    expect(performance.now() - aborted).toBeLessThan(100);
    expect(history.reason).toBe('aborted');
    expect(trainer.steps).toBeGreaterThan(0);
    expect((await trainer.evaluate(train)).loss).toBeGreaterThan(0);
    const already = await trainer.fit(train, { epochs: 1, signal });
    expect([already.reason, already.epochs.length]).toEqual(['aborted', 0]);
  });

  it('a non-finite loss stops before any weight changes, naming tensor and step', async () => {
    using train = data.fromArrays({
      inputs: Float32Array.from({ length: 60 }, (_, i) => (i === 42 ? Infinity : 1)),
      shape: [10, 6],
      labels: new Int32Array(10),
    });
    using trainer = make({ optimizer: optim.sgd({ learningRate: 0 }) });
    const before = allBits(trainer);
    const failed = trainer.fit(train, { epochs: 1, batchSize: 1, shuffle: false });
    expect(await code(failed)).toBe('NONFINITE');
    await expect(Promise.resolve(failed)).rejects.toThrow(/dense1\.weight\[.*step 8/);
    expect(trainer.steps).toBe(7);
    expect(equal(before, allBits(trainer))).toBe(true);
    using skipping = make({ nonFinite: 'skip' });
    const { epochs } = await skipping.fit(train, { epochs: 1, batchSize: 1 });
    expect([epochs[0]!.skippedSteps, skipping.steps]).toEqual([1, 9]);
  });

  it('a non-finite loss stops also where every gradient is finite', async () => {
    // An output of +Infinity has the right sigmoid for the label 1, but its loss is not a number.
    const one = nn.sequential({ input: [1] }, nn.dense(1, { useBias: false }));
    using train = data.fromArrays({
      inputs: Float32Array.of(1, 10),
      shape: [2, 1],
      labels: Float32Array.of(1, 1),
    });
    const options = { model: one, loss: 'sigmoidCrossEntropy', optimizer: optim.sgd() } as const;
    const run = { epochs: 1, batchSize: 1, shuffle: false };
    const weights = { 'dense1.weight': Float32Array.of(3e38) };
    using stopping = new Trainer(options);
    stopping.setParameters(weights);
    await expect(Promise.resolve(stopping.fit(train, run))).rejects.toThrow(
      'expected a finite number for `loss`, received NaN at step 2',
    );
    expect([stopping.steps, stopping.parameters()]).toEqual([1, weights]);
    using skipping = new Trainer({ ...options, nonFinite: 'skip' });
    skipping.setParameters(weights);
    const { epochs } = await skipping.fit(train, run);
    expect([skipping.steps, epochs[0]!.skippedSteps, epochs[0]!.loss]).toEqual([1, 1, 0]);
    using allowing = new Trainer({ ...options, nonFinite: 'allow' });
    allowing.setParameters(weights);
    expect((await allowing.fit(train, run)).epochs[0]!.loss).toBeNaN();
  });

  it('a skipped step uses up no rate of its schedule', async () => {
    const inputs = new Float32Array(30).fill(0.5).fill(NaN, 6, 12); // the second row of five
    using train = data.fromArrays({ inputs, shape: [5, 6], labels: new Int32Array(5) });
    using whole = data.fromArrays({
      inputs: inputs.filter((x) => !Number.isNaN(x)),
      shape: [4, 6],
      labels: new Int32Array(4),
    });
    const optimizer = optim.sgd({ learningRate: (step) => 0.1 / (1 + step) });
    const run = { epochs: 1, batchSize: 1, shuffle: false };
    using skipping = make({ optimizer, nonFinite: 'skip' });
    using plain = make({ optimizer });
    const skipped = await skipping.fit(train, run);
    const expected = await plain.fit(whole, run);
    expect(equal(allBits(skipping), allBits(plain))).toBe(true);
    expect(skipped.epochs[0]).toMatchObject({
      loss: expected.epochs[0]!.loss,
      learningRate: 0.1 / 4,
      skippedSteps: 1,
    });
  });

  it("a listener's error ends the run with that error", async () => {
    using train = classes(60_000); // epochs long enough to send progress
    for (const type of ['start', 'progress', 'epoch']) {
      using trainer = make();
      const onEvent = (event: TrainEvent): void => {
        if (event.type === type) throw new Error(`from ${type}`);
      };
      const fit = trainer.fit(train, { epochs: 100_000, batchSize: 8, onEvent });
      await expect(Promise.resolve(fit)).rejects.toThrow(`from ${type}`);
      expect((await trainer.evaluate(train)).loss).toBeGreaterThan(0);
    }
  });

  it('several trainers run at once', async () => {
    using train = classes();
    const trainers = [1, 2, 3, 4].map((seed) => make({ seed }));
    await Promise.all(trainers.map((trainer) => trainer.fit(train, { epochs: 5, batchSize: 16 })));
    using alone = make({ seed: 3 });
    await alone.fit(train, { epochs: 5, batchSize: 16 });
    expect(equal(allBits(alone), allBits(trainers[2]!))).toBe(true);
    trainers.forEach((trainer) => trainer.dispose());
  });
});

describe('weights', () => {
  const folder = newFolder();

  it('survive a file, exactly', async () => {
    using train = classes();
    using trainer = make();
    await trainer.fit(train, { epochs: 1 });
    const file = join(folder, 'weights.safetensors');
    await trainer.saveWeights(file);
    using other = make({ seed: 99 });
    expect(equal(allBits(other), allBits(trainer))).toBe(false);
    await other.loadWeights(file);
    expect(equal(allBits(other), allBits(trainer))).toBe(true);
  });

  it('refuse another model or a damaged file, and change nothing', async () => {
    const file = join(folder, 'other.safetensors');
    using wide = make({ model: nn.sequential({ input: [6] }, nn.dense(17), nn.dense(3)) });
    await wide.saveWeights(file);
    using trainer = make();
    const before = allBits(trainer);
    expect(await code(trainer.loadWeights(file))).toBe('MISMATCH');
    expect(await code(trainer.loadWeights(join(folder, 'none')))).toBe('MISSING');
    writeFileSync(file, readFileSync(file).subarray(0, 300));
    expect(await code(trainer.loadWeights(file))).toBe('TRUNCATED');
    expect(equal(before, allBits(trainer))).toBe(true);
  });
});
