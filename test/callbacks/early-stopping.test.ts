import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type EpochEvent, Trainer, average, callbacks, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator, sameBits } from '../oracle/random.js';

type Weights = Readonly<Record<string, Float32Array>>;

/** Runs with given validation losses; returns where the run stopped, and its last weights. */
function run(losses: readonly number[], stopping: callbacks.EarlyStopping, first = 0) {
  let [stopped, now] = [undefined as string | undefined, first];
  let weights: Weights = { w: Float32Array.of(-1) };
  const history: unknown[] = [];
  const control = {
    history,
    stop: (reason: string) => (stopped ??= reason),
    weights: () => ({ w: weights['w']!.slice() }),
    setWeights: (given: Weights) => (weights = given),
    warn: () => undefined,
  } as unknown as callbacks.RunControl;
  for (const loss of losses) {
    weights = { w: Float32Array.of(now) };
    const event = { type: 'epoch', epoch: now, loss: 0, validation: { loss, accuracy: -loss } };
    history.push(event);
    now++;
    stopping.epoch(event as unknown as EpochEvent, control);
    if (stopped !== undefined) break;
  }
  stopping.end({ reason: stopped === undefined ? 'completed' : 'stopped' }, control);
  return { epochs: now - first, stopped, weight: weights['w']![0] };
}

/** Returns the first epoch at which the best one is more than `patience` epochs ago. */
function oracle(losses: readonly number[], patience: number, minDelta: number) {
  let best = 0;
  for (const [epoch, loss] of losses.entries()) {
    if (epoch > 0 && losses[best]! - loss > minDelta) best = epoch;
    if (epoch - best > patience) return { epochs: epoch + 1, best };
  }
  return { epochs: losses.length, best };
}

const model = nn.sequential({ input: [6] }, nn.dense(64, { activation: 'relu' }), nn.dense(2));

function noise(rows: number, seed: number): data.Dataset {
  const random = generator(seed);
  return data.fromArrays({
    inputs: floats(random, rows * 6),
    shape: [rows, 6],
    labels: Int32Array.from({ length: rows }, () => Math.floor(random() * 2)),
  });
}

describe('earlyStopping', () => {
  it('stops where its rule says, at the best weights', () => {
    const losses = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 30 });
    const options = fc.record({
      patience: fc.integer({ min: 0, max: 5 }),
      minDelta: fc.integer({ min: 0, max: 3 }),
      metric: fc.constantFrom('validation.loss' as const, 'validation.accuracy' as const),
    });
    fc.assert(
      fc.property(losses, options, (values, { patience, minDelta, metric }) => {
        const stopping = callbacks.earlyStopping({ patience, minDelta, metric });
        const { epochs, weight } = run(values, stopping);
        const expected = oracle(values, patience, minDelta);
        expect([epochs, weight]).toEqual([expected.epochs, expected.best]);
        expect(stopping.bestEpoch).toBe(expected.best);
        expect(Math.abs(stopping.best!)).toBe(values[expected.best]);
      }),
    );
  });

  it('says why', () => {
    const { stopped } = run([0.5, 0.25, 0.75, 1], callbacks.earlyStopping({ patience: 1 }));
    expect(stopped).toBe(
      'earlyStopping: validation.loss has not improved on 0.250000 since epoch 1 (from 0)',
    );
    const none = run([NaN, NaN, NaN], callbacks.earlyStopping({ patience: 1 }));
    expect(none.stopped).toBe('earlyStopping: validation.loss was never finite');
    expect(none.weight).toBe(1);
  });

  it('keeps the last weights if told to, and does not judge a warm-up', () => {
    const losses = [1, 2, 3, 2.5, 2.7, 2.8, 2.9];
    expect(run(losses, callbacks.earlyStopping({ patience: 1, restoreBest: false }))).toMatchObject(
      { epochs: 3, weight: 2 },
    );
    const late = callbacks.earlyStopping({ patience: 1, warmup: 2 });
    expect(run(losses, late)).toMatchObject({ epochs: 6, weight: 3 });
  });

  it('stopped and resumed anywhere is as if it had not been', () => {
    const losses = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(losses, fc.nat({ max: 19 }), (values, cut) => {
        const whole = run(values, callbacks.earlyStopping({ patience: 2 }));
        const before = callbacks.earlyStopping({ patience: 2 });
        const first = run(values.slice(0, cut), before);
        if (first.stopped !== undefined) return;
        const after = callbacks.earlyStopping({ patience: 2 });
        const state = JSON.parse(JSON.stringify(before.state())) as callbacks.Json;
        after.restore(state, before.arrays());
        const second = run(values.slice(cut), after, Math.min(cut, values.length));
        expect(first.epochs + second.epochs).toBe(whole.epochs);
        if (cut < values.length) expect(second.weight).toBe(whole.weight);
      }),
    );
  });

  it.each([
    ['within the run', 40],
    ['at its last epoch', 1],
  ])('ends at the averaged weights that were measured, with the best %s', async (_, epochs) => {
    using train = noise(60, 4);
    using validation = noise(60, 5);
    using trainer = new Trainer({
      model,
      loss: 'softmaxCrossEntropy',
      optimizer: optim.adam({ learningRate: 0.03 }),
      average: average.ema({ decay: 0.9, warmup: 10 }),
    });
    const stopping = callbacks.earlyStopping({ patience: 3 });
    const kept: { raw: Weights; averaged: Weights }[] = [];
    const keep: callbacks.Callback = {
      name: 'keep',
      epoch: (_, run) => kept.push({ raw: run.weights(), averaged: run.weights('averaged') }),
    };
    const measured = { validation, validationWeights: 'averaged' } as const;
    await trainer.fit(train, {
      epochs,
      batchSize: 5,
      ...measured,
      callbacks: [keep, stopping],
    });
    const { raw, averaged } = kept[stopping.bestEpoch!]!;
    const last = trainer.parameters();
    expect(Object.keys(last).every((name) => sameBits(averaged[name]!, last[name]!))).toBe(true);
    expect(sameBits(raw['dense1.weight']!, last['dense1.weight']!)).toBe(false);
    expect(stopping.bestEpoch! < kept.length - 1).toBe(epochs > 1);
    expect((await trainer.evaluate(validation)).loss).toBe(stopping.best);
  });

  it('keeps the raw weights if it watches the training loss', async () => {
    using train = noise(60, 4);
    using validation = noise(60, 5);
    using trainer = new Trainer({
      model,
      loss: 'softmaxCrossEntropy',
      optimizer: optim.adam({ learningRate: 0.1 }),
      average: average.ema({ decay: 0.9 }),
    });
    const stopping = callbacks.earlyStopping({ metric: 'loss', patience: 0, mode: 'rise' });
    const kept: Weights[] = [];
    const keep: callbacks.Callback = { name: 'keep', epoch: (_, run) => kept.push(run.weights()) };
    await trainer.fit(train, {
      epochs: 9,
      batchSize: 5,
      validation,
      validationWeights: 'averaged',
      callbacks: [keep, stopping],
    });
    const [best, last] = [kept[stopping.bestEpoch!]!, trainer.parameters()];
    expect(kept).toHaveLength(stopping.bestEpoch! + 2);
    expect(Object.keys(best).every((name) => sameBits(best[name]!, last[name]!))).toBe(true);
  });

  it('takes no infinity for an improvement, and can go back to every state of its own', () => {
    const stopping = callbacks.earlyStopping({ patience: 1 });
    run([Infinity, 3, -Infinity], stopping);
    expect([stopping.best, stopping.bestEpoch]).toEqual([3, 1]);
    const never = callbacks.earlyStopping({ patience: 0 });
    expect(run([Infinity, Infinity], never).stopped).toMatch(/was never finite$/);
    callbacks.earlyStopping().restore(never.state(), never.arrays());
  });

  it('refuses states that are none, changing nothing', async () => {
    const stopping = callbacks.earlyStopping();
    for (const [state, code] of [
      [null, 'TYPE'],
      [{ best: 1, bestEpoch: 2 }, 'MISSING'],
      [{ best: 1, bestEpoch: 2, waited: -1 }, 'RANGE'],
      [{ best: 'x', bestEpoch: 2, waited: 0 }, 'TYPE'],
      [{ best: 1, bestEpoch: 2, waited: 0, more: 0 }, 'UNKNOWN_OPTION'],
    ] as const)
      expect((await failure(() => stopping.restore(state, {}))).code).toBe(code);
    expect(stopping.state()).toEqual({ best: null, bestEpoch: null, waited: 0 });
  });

  it('ends a real run with the bits of its best epoch', async () => {
    using train = noise(100, 3);
    using validation = noise(100, 9);
    const optimizer = optim.adam({ learningRate: 0.01 });
    using trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer });
    const stopping = callbacks.earlyStopping({ patience: 3 });
    const kept: Weights[] = [];
    const keep: callbacks.Callback = { name: 'keep', epoch: (_, run) => kept.push(run.weights()) };
    const { reason, epochs } = await trainer.fit(train, {
      epochs: 500,
      batchSize: 10,
      validation,
      callbacks: [keep, stopping],
    });
    const losses = epochs.map((epoch) => epoch.validation!.loss);
    expect(reason).toBe('stopped');
    expect(stopping.best).toBe(Math.min(...losses));
    expect(losses.indexOf(stopping.best!)).toBe(stopping.bestEpoch);
    expect(epochs).toHaveLength(stopping.bestEpoch! + 5);
    const best = kept[stopping.bestEpoch!]!;
    const last = trainer.parameters();
    expect(Object.keys(best).every((name) => sameBits(best[name]!, last[name]!))).toBe(true);
    expect((await trainer.evaluate(validation)).loss).toBeCloseTo(stopping.best!, 6);
  });

  it.each([
    ['metric', { metric: 'validation' }, 'RANGE'],
    ['metric type', { metric: 1 }, 'TYPE'],
    ['patience', { patience: 1.5 }, 'TYPE'],
    ['minDelta', { minDelta: -1 }, 'RANGE'],
    ['mode', { mode: 'min' }, 'RANGE'],
    ['name', { name: '' }, 'TYPE'],
    ['restoreBest', { restoreBest: 1 }, 'TYPE'],
    ['a misspelt option', { patiance: 1 }, 'UNKNOWN_OPTION'],
  ])('refuses a wrong %s', async (_, options, code) => {
    expect((await failure(() => callbacks.earlyStopping(options as never))).code).toBe(code);
  });
});
