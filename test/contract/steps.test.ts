/**
 * Every rule with each decay has the same bits on every executor; new rules and sets join by
 * themselves.
 */
import { hasCuda } from '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import { native, type NativeRule } from '../../src/native.js';
import { anyBits, floats, generator, sameBits } from '../oracle/random.js';
import { clipTo, settingsRow } from '../oracle/settings.js';

const lengths = [1, 0, 15, 64, 4097, 9000];
const devices = ['cpu', 'cpu:baseline', 'cpu:avx2', 'cpu:avx512', 'cuda'].filter((device) => {
  try {
    return native.implementations(device).length > 0;
  } catch {
    return false; // this machine lacks it
  }
});
const decays = [
  [0, 0],
  [0.01, 0],
  [0, 0.1],
  [0.01, 0.1],
] as const;

interface Setting {
  readonly rule: NativeRule;
  readonly device: string;
  readonly l2: number;
  readonly weightDecay: number;
  readonly special: boolean;
}

/** Takes three steps and returns parameters and slots. */
function run({ rule, device, l2, weightDecay, special }: Setting): Float32Array[] {
  const random = generator(99);
  const make = special ? anyBits : floats;
  const parameters = lengths.map((length) => make(random, length));
  const stepper = new native.Stepper({
    rule: rule.name,
    groupCount: 1,
    names: lengths.map((_, i) => `t${i}`),
    lengths,
    groups: lengths.map(() => 0),
    parameters,
    device,
  });
  // The steps clip by value and norm, unless numbers that are not finite are allowed.
  const allows = special || rule.name === 'rmspropCenteredTfjs'; // TensorFlow.js gives NaN, too
  const settings = settingsRow(
    rule,
    {
      ...(special ? {} : clipTo([1, 20, 30])),
      gradientScale: 0.5,
      nonFinite: allows ? 'allow' : 'stop',
      reportNorm: true,
    },
    [{ l2, weightDecay }],
  );
  const norms: number[] = [];
  for (let step = 0; step < 3; step++) {
    const gradients = lengths.map((length) => make(random, length));
    gradients.forEach((gradient, i) => stepper.point(i, gradient));
    const norm = stepper.step(settings);
    norms.push(typeof norm === 'number' ? norm : NaN);
  }
  const { slots } = stepper.save();
  stepper.dispose();
  return [...parameters, ...slots.flat(), new Float32Array(Float64Array.from(norms).buffer)];
}

describe.each(native.rules())('$name', (rule) => {
  it.each(decays)('l2 %d, decay %d: the same bits everywhere', (l2, weightDecay) => {
    for (const special of [false, true]) {
      const setting = { rule, l2, weightDecay, special };
      const expected = run({ ...setting, device: 'reference' });
      for (const device of devices)
        for (const threads of device === 'cuda' ? [1] : [1, 2, 7]) {
          native.setThreadCount(threads);
          const actual = run({ ...setting, device });
          native.setThreadCount(0);
          actual.forEach((array, i) =>
            expect(sameBits(array, expected[i]!), `${device}, ${threads} threads, array ${i}`).toBe(
              true,
            ),
          );
        }
    }
  });
});

/** These rules of compat 'tfjs' give NaN, as TensorFlow.js does. */
const overflowing = ['adadeltaTfjs', 'rmspropCenteredTfjs'];

it.each(native.rules().filter(({ name }) => !overflowing.includes(name)))(
  '$name: no finite gradient gives NaN, though its square is beyond float32',
  (rule) => {
    const gradient = [1.9e19, -2e19, 3e21, -1e30, 1e-30, 1];
    for (const device of ['reference', ...devices]) {
      const weights = new Float32Array(gradient.length).fill(1);
      const stepper = new native.Stepper({
        rule: rule.name,
        groupCount: 1,
        names: ['t'],
        lengths: [weights.length],
        groups: [0],
        parameters: [weights],
        device,
      });
      const settings = settingsRow(rule, { nonFinite: 'allow' });
      for (let step = 0; step < 20; step++) {
        stepper.point(
          0,
          Float32Array.from(gradient, (g) => (step % 3 === 1 ? -g : g)),
        );
        stepper.step(settings);
        expect(
          weights.every(Number.isFinite),
          `${device}, step ${step}: ${weights.join(' ')}`,
        ).toBe(true);
      }
      stepper.dispose();
    }
  },
);

it('runs more than the reference', () => {
  expect(devices).toContain('cpu');
  expect(devices).toContain('cpu:baseline');
  expect(devices.includes('cuda')).toBe(hasCuda);
});
