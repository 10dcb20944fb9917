/** docs/coming-from.md is right about Keras and PyTorch (script/fixtures/peer_conventions.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, callbacks, data, nn, optim, schedule } from '../../src/index.js';
import type { Optimizer } from '../../src/optim/define.js';
import { largestError } from '../oracle/random.js';

interface Case {
  readonly name: string;
  readonly factory: string;
  /** Options that give the peer's values; null where no options do. */
  readonly same: object | null;
  /** Options that look the same and differ; null where there is no such trap. */
  readonly other: object | null;
  /** True where the rate falls half-way. */
  readonly isFalling: boolean;
  readonly end: readonly number[];
}

interface Fixture {
  readonly keras: string;
  readonly torch: string;
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly rates: readonly number[];
  readonly optimizers: readonly Case[];
  readonly schedules: readonly {
    readonly kind: string;
    readonly options: object;
    readonly values: readonly number[];
  }[];
  readonly losses: readonly number[];
  readonly kerasPlateau: readonly number[];
  readonly kerasCooldown: readonly number[];
  readonly kerasStops: number;
  readonly torchCosine: readonly number[];
  readonly torchPlateau: readonly number[];
}

const file = join(__dirname, '..', 'fixtures', 'peer-conventions.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const factories = optim as unknown as Record<string, (options: object) => Optimizer>;

/** Returns the weights after the fixture's gradients. */
function end({ factory, isFalling }: Case, options: object): Float32Array {
  const learningRate = isFalling ? (step: number) => fixture.rates[step]! : 0.1;
  const weight = Float32Array.from(fixture.start);
  using stepper = optim.bind(factories[factory]!({ ...options, learningRate }), { weight });
  for (const gradient of fixture.gradients) stepper.step({ weight: Float32Array.from(gradient) });
  return weight;
}

const named = (name: string): Case => fixture.optimizers.find((each) => each.name === name)!;

describe(`optimizers of Keras ${fixture.keras} and PyTorch ${fixture.torch}`, () => {
  it.each(fixture.optimizers.filter(({ same }) => same))('$name: as translated', (each) => {
    // Gradients are about 0.01. In Keras's Adam, ε counts up to 32-fold: 3e-4 of the first step of
    // 0.1.
    const tolerance = each.name.startsWith('Keras Adam') ? 1e-4 : 1e-5;
    expect(largestError(end(each, each.same!), each.end, 1)).toBeLessThan(tolerance);
  });

  it.each(fixture.optimizers.filter(({ other }) => other))('$name: not by name alone', (each) => {
    expect(largestError(end(each, each.other!), each.end, 1)).toBeGreaterThan(1e-4);
  });
});

it("Keras's ε of Adam is ours over √(1 − β₂ᵗ)", () => {
  const [beta1, beta2, rate, epsilon] = [0.9, 0.999, 0.1, 1e-3];
  const expected = fixture.start.map((start, i) => {
    let [w, m, v] = [start, 0, 0];
    fixture.gradients.forEach((gradient, step) => {
      const rest = [1 - beta1 ** (step + 1), 1 - beta2 ** (step + 1)] as const;
      m = beta1 * m + (1 - beta1) * gradient[i]!;
      v = beta2 * v + (1 - beta2) * gradient[i]! ** 2;
      w -= (rate * m) / rest[0] / (Math.sqrt(v / rest[1]) + epsilon / Math.sqrt(rest[1]));
    });
    return w;
  });
  const { end: theirs } = named('Keras Adam, a large epsilon');
  expect(largestError(Float32Array.from(expected), theirs, 1)).toBeLessThan(4e-6);
});

it("dampening is 'averaged' but for an undamped first gradient, whose trace fades", () => {
  const each = named('PyTorch SGD, dampening');
  const momentum = 0.9;
  const steps = fixture.gradients.length;
  const trace = (0.1 * momentum * (1 - momentum ** steps)) / (1 - momentum);
  const expected = end(each, { form: 'averaged' }).map(
    (w, i) => w - trace * fixture.gradients[0]![i]!,
  );
  expect(largestError(expected, each.end, 1)).toBeLessThan(2e-6);
});

describe('schedules of Keras', () => {
  it.each(fixture.schedules)('$kind $options', ({ kind, options, values }) => {
    const ours = schedule.check(kind, { kind, ...options });
    values.forEach((value, step) => {
      expect(Math.abs(schedule.valueAt(ours, step) - value)).toBeLessThan(2e-7);
    });
  });

  it('PiecewiseConstantDecay keeps the old value at the border', () => {
    const [piecewise] = fixture.schedules;
    const ours = schedule.piecewise({ values: [0.5, 0.3, 0.1], at: [10, 20] });
    expect([9, 10, 11].map((t) => schedule.valueAt(ours, t))).toEqual([0.5, 0.3, 0.3]);
    expect(piecewise!.values.slice(9, 12).map((v) => Number(v.toFixed(6)))).toEqual([
      0.5, 0.5, 0.3,
    ]);
  });
});

/** Returns the rate of `plateau` after each epoch of the fixture. */
function plateau(losses: readonly number[], options: schedule.PlateauOptions): number[] {
  const history = losses.map((loss) => ({ loss, validation: { loss } }));
  const ours = schedule.plateau(options);
  return losses.map((_, epoch) =>
    schedule.valueAt(ours, { step: 0, epoch: epoch + 1, history: history.slice(0, epoch + 1) }),
  );
}

describe('patience', () => {
  it("counts one more in Keras's ReduceLROnPlateau, and so does its cooldown", () => {
    const options = { initial: 0.5, factor: 0.5, thresholdMode: 'absolute' } as const;
    expect(plateau(fixture.losses, { ...options, patience: 2 })).toEqual(fixture.kerasPlateau);
    expect(plateau(fixture.losses, { ...options, patience: 3 })).not.toEqual(fixture.kerasPlateau);
    const resting = { ...options, patience: 2, cooldown: 1 };
    expect(plateau(fixture.losses, resting)).toEqual(fixture.kerasCooldown);
    expect(fixture.kerasCooldown).not.toEqual(fixture.kerasPlateau);
  });

  it("counts one more in Keras's EarlyStopping", async () => {
    const stopsAfter = async (patience: number): Promise<number> => {
      using trainer = new Trainer({
        model: nn.sequential({ input: [1] }, nn.dense(1)),
        loss: 'meanSquaredError',
        // With a rate of 0, no epoch improves on the first.
        optimizer: optim.sgd({ learningRate: 0 }),
      });
      const one = Float32Array.of(1);
      const dataset = data.fromArrays({ inputs: one, shape: [1, 1], labels: one });
      const stopping = callbacks.earlyStopping({ metric: 'loss', patience });
      const { epochs } = await trainer.fit(dataset, { epochs: 14, callbacks: [stopping] });
      return epochs.length;
    };
    expect(fixture.losses.slice(0, 4)).toEqual([1, 1, 1, 1]);
    expect(await stopsAfter(2)).toBe(fixture.kerasStops);
    expect(await stopsAfter(3)).toBe(fixture.kerasStops + 1);
  });
});

describe('schedules of PyTorch', () => {
  it('CosineAnnealingLR rises again after T_max, cosine stays', () => {
    const ours = schedule.cosine({ initial: 0.5, steps: 10 });
    fixture.torchCosine.forEach((value, step) => {
      const expected = step <= 10 ? value : 0;
      expect(Math.abs(schedule.valueAt(ours, step) - expected)).toBeLessThan(1e-14);
    });
    expect(fixture.torchCosine[20]).toBeCloseTo(0.5, 12);
  });

  it('ReduceLROnPlateau leaves out falls of 1e-8 and less, plateau none', () => {
    const ours = [0.5, ...plateau([1, 1, 1, 1, 1], { initial: 0.5, patience: 0, factor: 1e-3 })];
    const theirs = fixture.torchPlateau;
    ours.slice(0, 5).forEach((rate, i) => {
      expect(rate).toBeCloseTo(theirs[i]!, 15);
    });
    expect(theirs[5]).toBe(theirs[4]);
    expect(ours[5]).toBeCloseTo(5e-13, 18);
  });
});
