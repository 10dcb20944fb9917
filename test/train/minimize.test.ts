/** A line search minimises the whole loss of a trainer. */
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { objectives, overlapping } from '../oracle/objectives.js';
import { floats, generator } from '../oracle/random.js';

const { inputs, labels } = overlapping();
const set = data.fromArrays({
  inputs: Float32Array.from(inputs.flat()),
  shape: [40, 3],
  labels: Float32Array.from(labels),
});
const logistic = (device: DeviceName = 'cpu:baseline'): Trainer =>
  new Trainer({
    model: nn.sequential({ input: [3] }, nn.dense(1)),
    loss: 'sigmoidCrossEntropy',
    optimizer: optim.sgd({ learningRate: 0.1 }),
    seed: 1,
    device,
  });

/** Computes the loss without its penalty in float64: the minimum to reach. */
async function best(): Promise<number> {
  const ridge = objectives['logistic']!;
  const bare: optim.ObjectiveFunction = async (x, gradient) => {
    const value = await ridge(x, gradient);
    x.forEach((weight, i) => (gradient[i]! -= 0.01 * weight));
    return value - x.reduce((sum, weight) => sum + 0.005 * weight ** 2, 0);
  };
  return (await optim.minimize(bare, [0, 0, 0, 0], optim.lbfgs(), { iterations: 500 })).value;
}

describe('trainer.minimize', () => {
  it('reaches the minimum of a logistic regression as float64 has it', async () => {
    using trainer = logistic();
    const found = await trainer.minimize(set, optim.lbfgs(), { iterations: 200 });
    expect(found.value).toBeLessThan((await best()) + 1e-6);
    expect((await trainer.evaluate(set)).loss).toBeCloseTo(found.value, 6);
    expect([trainer.steps, trainer.epochs]).toEqual([0, 0]);
    expect(found.iterations.length).toBeLessThan(60);
  });

  it('never says that a loss falls for ever, which is at least 0: classes that a line parts', async () => {
    using trainer = logistic();
    const parted = data.fromArrays({
      inputs: Float32Array.from({ length: 120 }, (_, i) => (i < 60 ? 1 : -1) + 0.1 * Math.sin(i)),
      shape: [40, 3],
      labels: Float32Array.from({ length: 40 }, (_, i) => (i < 20 ? 1 : 0)),
    });
    const more = { iterations: 300, gradientTolerance: 0, changeTolerance: 0 };
    const { reason, value } = await trainer.minimize(parted, optim.lbfgs(), more);
    expect(['gradient', 'change', 'stalled', 'iterations']).toContain(reason);
    expect(value).toBeLessThan(1e-6);
  });

  it('descends by gradients alone, too, and more slowly', async () => {
    using trainer = logistic();
    const found = await trainer.minimize(set, optim.gradientDescent(), { iterations: 40 });
    const values = found.iterations.map(({ value }) => value);
    expect(values.every((value, i) => i === 0 || value < values[i - 1]!)).toBe(true);
    using other = logistic();
    const newton = await other.minimize(set, optim.lbfgs(), { iterations: 40 });
    expect(newton.value).toBeLessThan(found.value);
  });

  it('has the gradients of all rows, whatever the passes', async () => {
    const runs = await Promise.all(
      [7, 40, 2048].map(async (batchSize) => {
        using trainer = logistic();
        const { iterations } = await trainer.minimize(set, optim.lbfgs(), {
          iterations: 5,
          batchSize,
        });
        const { loss, gradients } = trainer.gradients(
          set,
          Uint32Array.from({ length: 40 }, (_, i) => i),
        );
        const norm = Math.hypot(...Object.values(gradients).flatMap((g) => [...g]));
        expect(iterations.at(-1)!.value).toBeCloseTo(loss, 6);
        expect(iterations.at(-1)!.gradientNorm).toBeCloseTo(norm, 6);
        return iterations.map(({ value }) => value);
      }),
    );
    runs[0]!.forEach((value, i) => {
      expect(runs[1]![i]).toBeCloseTo(value, 5);
      expect(runs[2]![i]).toBe(runs[1]![i]);
    });
  });

  it('gives the same bits twice, and on every instruction set', async () => {
    const run = async (device: DeviceName): Promise<Record<string, Float32Array>> => {
      using trainer = logistic(device);
      await trainer.minimize(set, optim.lbfgs(), { iterations: 10, batchSize: 16 });
      return trainer.parameters();
    };
    const expected = await run('cpu:baseline');
    for (const device of ['cpu:baseline', 'cpu:avx2', 'cpu:avx512'] as const)
      expect(await run(device).catch(() => expected)).toEqual(expected);
  });

  it('fits a small network better than its first weights by far', async () => {
    const random = generator(3);
    const rows = 300;
    const x = Float32Array.from({ length: rows }, () => random() * 4 - 2);
    const wave = data.fromArrays({
      inputs: x,
      shape: [rows, 1],
      labels: x.map((v) => Math.sin(2 * v)),
    });
    using trainer = new Trainer({
      model: nn.sequential({ input: [1] }, nn.dense(20, { activation: 'tanh' }), nn.dense(1)),
      loss: 'meanSquaredError',
      optimizer: optim.adam(),
    });
    const { iterations, value } = await trainer.minimize(wave, optim.lbfgs(), { iterations: 150 });
    expect(value).toBeLessThan(iterations[0]!.value / 500);
  });

  it('stops at the last whole step when aborted, and can go on', async () => {
    using trainer = logistic();
    using reference = logistic();
    await reference.minimize(set, optim.lbfgs(), { iterations: 3 });
    const controller = new AbortController();
    const found = await trainer.minimize(set, optim.lbfgs(), {
      signal: controller.signal,
      onIteration: ({ iteration }) => iteration === 3 && controller.abort(),
    });
    expect([found.reason, found.iterations.length]).toEqual(['aborted', 4]);
    expect(trainer.parameters()).toEqual(reference.parameters());
    await trainer.fit(set, { epochs: 1 });
    expect(trainer.epochs).toBe(1);
  });

  const wide = nn.sequential({ input: [200] }, nn.dense(2000), nn.dense(1));
  const noise = floats(generator(2), 4000 * 200);
  const many = data.fromArrays({
    inputs: noise,
    shape: [4000, 200],
    labels: noise.slice(0, 4000),
  });

  it.each([
    ['a signal', (_: Trainer, controller: AbortController) => controller.abort()],
    ['disposal', (trainer: Trainer) => trainer.dispose()],
  ])('has a history also where %s ends its first evaluation', async (_, end) => {
    using trainer = new Trainer({
      model: wide,
      loss: 'meanSquaredError',
      optimizer: optim.sgd(),
      device: 'reference',
    });
    const before = trainer.parameters();
    const controller = new AbortController();
    const { signal } = controller;
    const running = trainer.minimize(many, optim.lbfgs(), { signal, batchSize: 10 });
    await setImmediate();
    end(trainer, controller);
    expect(await running).toEqual({ iterations: [], reason: 'aborted', value: NaN });
    if (signal.aborted) expect(trainer.parameters()).toEqual(before);
  });

  it('does nothing where its signal was aborted before', async () => {
    using trainer = logistic();
    const signal = AbortSignal.abort();
    const { iterations, reason } = await trainer.minimize(set, optim.lbfgs(), { signal });
    expect([iterations, reason]).toEqual([[], 'aborted']);
  });

  it('keeps the last step where a listener throws, and ends with its trainer', async () => {
    using trainer = logistic();
    using reference = logistic();
    await reference.minimize(set, optim.lbfgs(), { iterations: 2 });
    const options = {
      onIteration: ({ iteration }: { iteration: number }) => {
        if (iteration === 2) throw new RangeError('mine');
      },
    };
    await expect(trainer.minimize(set, optim.lbfgs(), options)).rejects.toThrow(RangeError);
    expect(trainer.parameters()).toEqual(reference.parameters());
    const ended = trainer.minimize(set, optim.lbfgs(), {
      onIteration: ({ iteration }) => {
        if (iteration === 1) trainer.dispose();
      },
    });
    expect((await ended).reason).toBe('aborted');
    expect((await failure(() => trainer.minimize(set, optim.lbfgs()))).code).toBe('DISPOSED');
  });

  it('is refused bad input, and while another call runs', async () => {
    using trainer = logistic();
    const wide = data.fromArrays({ inputs: new Float32Array(4), shape: [1, 4] });
    const refusals = [
      [() => trainer.minimize(wide, optim.lbfgs()), 'SHAPE', 'dataset'],
      [() => trainer.minimize(set, optim.adam() as never), 'TYPE', 'method'],
      [() => trainer.minimize(set, optim.lbfgs(), { batchSize: 0 }), 'RANGE', 'minimize.batchSize'],
      [
        () => trainer.minimize(set, optim.lbfgs(), { epochs: 1 } as never),
        'UNKNOWN_OPTION',
        'minimize.epochs',
      ],
    ] as const;
    for (const [body, code, path] of refusals) {
      const error = await failure(body);
      expect([error.code, error.path]).toEqual([code, path]);
    }
    const before = trainer.parameters();
    const nothing = Object.fromEntries(
      Object.entries(before).map(([name, array]) => [name, array.map(() => NaN)]),
    );
    trainer.setParameters(nothing);
    expect((await failure(() => trainer.minimize(set, optim.lbfgs()))).code).toBe('NONFINITE');
    // A weight that float32 does not hold has no loss, though a saturated unit would give it one.
    const saturated = nn.sequential({ input: [1] }, nn.dense(1, { activation: 'tanh' }));
    using infinite = new Trainer({
      model: saturated,
      loss: 'meanSquaredError',
      optimizer: optim.sgd(),
    });
    infinite.setParameters({
      'dense1.weight': Float32Array.of(Infinity),
      'dense1.bias': Float32Array.of(0),
    });
    using one = data.fromArrays({
      inputs: Float32Array.of(1),
      shape: [1, 1],
      labels: Float32Array.of(0.5),
    });
    expect(await failure(() => infinite.minimize(one, optim.lbfgs()))).toMatchObject({
      code: 'NONFINITE',
      path: 'start',
    });
    trainer.setParameters(before);
    const running = trainer.minimize(set, optim.lbfgs());
    expect((await failure(() => trainer.minimize(set, optim.lbfgs()))).code).toBe('BUSY');
    await running;
  });
});
