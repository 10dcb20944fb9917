/**
 * Steps whose gradients are finite and whose results are not: under `'stop'` and `'skip'` they
 * change nothing. Every rule on every device, against a twin that lets them through.
 */
import { hasCuda } from '../oracle/cuda.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { ThalwegError } from '../../src/errors.js';
import { optim } from '../../src/index.js';
import { type NativeRule, type NativeStepper, native } from '../../src/native.js';
import type { NonFinitePolicy } from '../../src/optim/settings.js';
import { failure } from '../oracle/failure.js';
import { generator, sameBits } from '../oracle/random.js';
import { clipTo, settingsRow } from '../oracle/settings.js';

const devices = ['reference', 'cpu:baseline', 'cpu:avx2', 'cpu:avx512', 'cuda'].filter((device) => {
  try {
    return native.implementations(device).length > 0;
  } catch {
    return false; // this machine lacks it
  }
});

const lengths = [3, 0, 700];

/** How large numbers are, as powers of ten, and what else a step has. */
interface Scenario {
  readonly seed: number;
  readonly gradient: readonly [number, number];
  readonly weight: readonly [number, number];
  readonly rate: number;
  readonly l2: number;
  readonly weightDecay: number;
  /** The limits of value, tensor norm and global norm. */
  readonly clip: readonly [number, number, number];
  readonly epsilon: number;
}

const ordinary: Scenario = {
  seed: 1,
  gradient: [-3, 1],
  weight: [-1, 1],
  rate: 0.01,
  l2: 0,
  weightDecay: 0,
  clip: [Infinity, Infinity, Infinity],
  epsilon: 1e-8,
};

/** Floats of either sign, with magnitudes between two powers of ten. */
function draw(random: () => number, length: number, [low, high]: readonly [number, number]) {
  const value = () => (random() < 0.5 ? -1 : 1) * 10 ** (low + (high - low) * random());
  const largest = 3.4e38;
  return Float32Array.from({ length }, () => Math.max(-largest, Math.min(largest, value())));
}

function bind(rule: NativeRule, device: string, parameters: Float32Array[]): NativeStepper {
  return new native.Stepper({
    rule: rule.name,
    groupCount: 1,
    names: ['a', 'none', 'b'],
    lengths,
    parameters,
    device,
    groups: lengths.map(() => 0),
  });
}

/** With a group for each L2; that of the scenario where none is given. */
function settingsOf(
  rule: NativeRule,
  nonFinite: NonFinitePolicy,
  { clip, rate: learningRate, epsilon, l2, weightDecay }: Scenario,
  l2s: readonly number[] = [l2],
): Float64Array {
  const groups = l2s.map((own) => ({ learningRate, epsilon, l2: own, weightDecay }));
  return settingsRow(rule, { ...clipTo(clip), nonFinite }, groups);
}

const copies = (arrays: readonly Float32Array[]) => arrays.map((array) => array.slice());
const isFinite = (arrays: readonly Float32Array[]): boolean =>
  arrays.every((array) => array.every(Number.isFinite));
function expectSame(actual: readonly Float32Array[], expected: readonly Float32Array[]): void {
  actual.forEach((array, i) => {
    expect(sameBits(array, expected[i]!), `array ${i}`).toBe(true);
  });
}

/** Steps until one is refused or `steps` are done; says how many were, and what was refused. */
function compare(
  rule: NativeRule,
  device: string,
  policy: 'stop' | 'skip',
  scenario: Scenario,
  steps = 12,
): { taken: number; refused: number; path: string } {
  const random = generator(scenario.seed);
  const parameters = lengths.map((length) => draw(random, length, scenario.weight));
  const twins = copies(parameters);
  const stepper = bind(rule, device, parameters);
  const twin = bind(rule, 'reference', twins);
  let [taken, refused, path] = [0, 0, ''];
  let gradients: Float32Array[] = [];
  for (let step = 0; step < steps; step++) {
    const before = [...copies(parameters), ...stepper.save().slots.flat()];
    const counters = stepper.save();
    twin.load(counters);
    parameters.forEach((array, i) => twins[i]!.set(array));
    gradients = lengths.map((length) => draw(random, length, scenario.gradient));
    for (const each of [stepper, twin]) gradients.forEach((array, i) => each.point(i, array));
    twin.step(settingsOf(rule, 'allow', scenario));
    const expected = [...copies(twins), ...twin.save().slots.flat()];
    let isTaken: boolean;
    try {
      isTaken = stepper.step(settingsOf(rule, policy, scenario)) !== 'skipped';
    } catch (error) {
      expect(policy).toBe('stop');
      expect(error).toBeInstanceOf(ThalwegError);
      expect(error).toMatchObject({ code: 'NONFINITE' });
      path = (error as ThalwegError).path;
      isTaken = false;
    }
    const after = stepper.save();
    expect(isTaken, `step ${step}`).toBe(isFinite(expected));
    expectSame([...parameters, ...after.slots.flat()], isTaken ? expected : before);
    if (!isTaken) {
      expect([after.step, after.scalars]).toEqual([counters.step, counters.scalars]);
      expect(after.skipped).toBe(counters.skipped + (policy === 'skip' ? 1 : 0));
    }
    expect(gradients[1]).toHaveLength(0); // the native side only points to them
    taken += isTaken ? 1 : 0;
    refused += isTaken ? 0 : 1;
  }
  stepper.dispose();
  twin.dispose();
  return { taken, refused, path };
}

const rules = native.rules();
/** Its variance is negative wherever a gradient is constant: TensorFlow.js gives NaN, too. */
const isNanProne = ({ name }: NativeRule): boolean => name === 'rmspropCenteredTfjs';

describe.each(devices)('on %s', (device) => {
  it.each(rules)('$name takes ordinary steps', (rule) => {
    if (isNanProne(rule)) return;
    for (const more of [{}, { l2: 0.01 }, { weightDecay: 0.1 }, { clip: [1, 20, 30] as const }]) {
      const { taken } = compare(rule, device, 'stop', { ...ordinary, ...more });
      expect(taken).toBe(12);
    }
  });

  it.each(rules)('$name leaves out what overflows, and nothing else', (rule) => {
    const huge: Scenario = { ...ordinary, gradient: [30, 38.5], rate: 1e38 };
    const stopped = compare(rule, device, 'stop', huge);
    expect(stopped.refused).toBeGreaterThan(0);
    expect(stopped.path).toMatch(/^(parameter|\w+ of) [ab]\[\d+\]$/);
    expect(compare(rule, device, 'skip', huge)).toMatchObject({ refused: stopped.refused });
  });

  it.each(rules)('$name at the edge of float32', (rule) => {
    const edge: Scenario = { ...ordinary, weight: [38.4, 38.53] };
    for (const policy of ['stop', 'skip'] as const) {
      compare(rule, device, policy, edge);
      compare(rule, device, policy, { ...edge, l2: 1e-4 });
      compare(rule, device, policy, { ...edge, weightDecay: 3e38, rate: 1 });
      compare(rule, device, policy, { ...edge, gradient: [-30, 30], epsilon: 1e-40 });
    }
  });
});

it('any scales whatever: a step is taken exactly if all that it writes is finite', () => {
  const power = fc.integer({ min: -45, max: 38 });
  const interval = fc
    .tuple(power, power)
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
  const limit = fc.constantFrom(Infinity, 1e-3, 1, 1e10, 1e30);
  fc.assert(
    fc.property(
      fc.record({
        rule: fc.constantFrom(...rules),
        device: fc.constantFrom(...devices.filter((device) => device !== 'cuda')),
        policy: fc.constantFrom('stop' as const, 'skip' as const),
        seed: fc.nat(),
        gradient: interval,
        weight: interval,
        rate: fc.constantFrom(1e-30, 1e-3, 1, 1e20, 3e38),
        l2: fc.constantFrom(0, 1e-4, 1, 1e30),
        weightDecay: fc.constantFrom(0, 1e-2, 10, 1e38),
        clip: fc.tuple(limit, limit, limit),
        epsilon: fc.constantFrom(1e-8, 1e-40, 1e-3),
      }),
      ({ rule, device, policy, ...scenario }) => {
        compare(rule, device, policy, scenario, 6);
      },
    ),
    { numRuns: 300 },
  );
});

describe.each(devices)('on %s, weights of a group without L2', (device) => {
  const sgd = rules.find(({ name }) => name === 'sgd')!;
  /** Settings of both groups; the first has L2. */
  const settings = (policy: NonFinitePolicy, l2: number): Float64Array =>
    settingsOf(sgd, policy, { ...ordinary, rate: 1, weightDecay: 4 }, [l2, 0]);
  const make = (weight: number) => {
    const parameters = [Float32Array.of(1), Float32Array.of(weight)];
    const stepper = new native.Stepper({
      rule: 'sgd',
      groupCount: 2,
      names: ['coupled', 'free'],
      lengths: [1, 1],
      groups: [0, 1],
      parameters,
      device,
    });
    const gradients = parameters.map(() => new Float32Array(1));
    gradients.forEach((array, i) => {
      stepper.point(i, array);
    });
    return { parameters, stepper, gradients };
  };

  it('are looked at where another group has it', async () => {
    const { parameters, stepper, gradients } = make(1e37);
    for (let step = 0; step < 2; step++) stepper.step(settings('stop', 1e-4));
    const before = copies(parameters);
    const error = await failure(() => stepper.step(settings('stop', 1e-4)));
    expect(error).toMatchObject({ code: 'NONFINITE', path: 'parameter free[0]' });
    expectSame(parameters, before);
    expect(gradients).toHaveLength(2);
    stepper.dispose();
  });

  it('are not forgotten with a step that was left out', () => {
    const { parameters, stepper, gradients } = make(3e38);
    const before = copies(parameters);
    expect(stepper.step(settings('skip', 1e-4))).toBe('skipped');
    expect(stepper.step(settings('skip', 0))).toBe('skipped');
    expectSame(parameters, before);
    expect(gradients).toHaveLength(2);
    stepper.dispose();
  });
});

describe('optim.bind', () => {
  it('names the weight, the step and the gradient', async () => {
    const w = Float32Array.of(1, -2, 3);
    const v = Float32Array.of(5);
    using stepper = optim.bind(optim.sgd({ learningRate: 1e20 }), { v, w });
    stepper.step({ v: Float32Array.of(1), w: new Float32Array(3) });
    const gradients = { v: Float32Array.of(1), w: Float32Array.of(1, 1e30, -1e30) };
    const error = await failure(() => stepper.step(gradients));
    expect(error).toMatchObject({ code: 'NONFINITE', path: 'parameter w[1]' });
    expect(error.received).toBe('-Infinity from a gradient of 1e+30 at step 2');
    expect([...w, ...v]).toEqual([1, -2, 3, Math.fround(5 - 1e20)]);
    expect(stepper.steps).toBe(1);
  });

  it('names the slot that would overflow', async () => {
    const w = Float32Array.of(1, 2);
    using stepper = optim.bind(optim.adam(), { w });
    const error = await failure(() => stepper.step({ w: Float32Array.of(1, 1e30) }));
    expect(error).toMatchObject({ code: 'NONFINITE', path: 'secondMoment of w[1]' });
    expect(stepper.step({ w: Float32Array.of(1, 1) }).step).toBe(1);
  });

  it('takes steps by clipped gradients, however large', () => {
    const w = new Float32Array(2);
    for (const clip of [{ value: 1 }, { tensorNorm: 1 }, { globalNorm: 1 }]) {
      using stepper = optim.bind(optim.adam(), { w }, { clip });
      for (let step = 0; step < 3; step++) stepper.step({ w: Float32Array.of(1e38, -1e38) });
      expect(w.every(Number.isFinite)).toBe(true);
    }
  });

  it.each(['reference', ...(hasCuda ? ['cuda'] : [])] as DeviceName[])(
    'goes on after a step that was left out, in the same bits, on %s',
    (device) => {
      const run = (hasBad: boolean): Float32Array => {
        const w = Float32Array.of(1, -2, 3);
        using stepper = optim.bind(optim.nadam(), { w }, { nonFinite: 'skip', device });
        for (let step = 0; step < 5; step++) {
          if (hasBad) expect(stepper.step({ w: Float32Array.of(0, 1e30, 0) }).skipped).toBe(true);
          stepper.step({ w: Float32Array.of(step, 1, -1) });
        }
        return w;
      };
      expect(run(true)).toEqual(run(false));
    },
  );
});
