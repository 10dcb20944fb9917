/**
 * Initial values of parameters have the right distributions and bits, and wrong options are
 * refused.
 */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Trainer, nn, optim } from '../../src/index.js';
import { initialDistribution, initializers } from '../../src/nn/initializer.js';
import { failure } from '../oracle/failure.js';
import { normalP } from '../oracle/probability.js';

const inputs = 300;
const units = 400;

/** Returns the initial weights of a layer with 300 inputs and 400 outputs. */
function weights(weightInitializer: nn.Initializer, seed = 3): Float32Array {
  const model = nn.sequential({ input: [inputs] }, nn.dense(units, { weightInitializer }));
  const optimizer = optim.sgd();
  using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer, seed });
  return trainer.parameters()['dense1.weight']!;
}

const variances = { glorot: 2 / (inputs + units), he: 2 / inputs, lecun: 1 / inputs };

/** The deviation of a standard normal cut at ±2: √(1 − 4φ(2) / P(|Z| < 2)). */
const truncatedDeviation = Math.sqrt(
  1 - (4 * Math.exp(-2)) / Math.sqrt(2 * Math.PI) / (1 - normalP(2)),
);

/** Returns P(Z ≤ z) of the standard normal. */
const phi = (z: number): number => (z < 0 ? normalP(z) / 2 : 1 - normalP(z) / 2);

/** For deviation 1: the bound of the values, their distribution function, and E x⁴. */
const shapes = {
  Uniform: {
    end: Math.sqrt(3),
    below: (x: number) => (x / Math.sqrt(3) + 1) / 2,
    fourth: 9 / 5,
  },
  Normal: { end: 4, below: phi, fourth: 3 },
  TruncatedNormal: {
    end: 2 / truncatedDeviation,
    below: (x: number) => (phi(x * truncatedDeviation) - phi(-2)) / (1 - normalP(2)),
    // For the truncated normal z, E z⁴ = 3 − (2³ + 3 · 2) · 2φ(2) / P.
    fourth:
      (3 - (28 * Math.exp(-2)) / Math.sqrt(2 * Math.PI) / (1 - normalP(2))) /
      truncatedDeviation ** 4,
  },
};

const cases = Object.entries(variances).flatMap(([rule, variance]) =>
  Object.entries(shapes).map(([form, shape]) => ({
    ...shape,
    name: `${rule}${form}` as nn.Initializer,
    deviation: Math.sqrt(variance),
  })),
);

/**
 * Returns the largest distance of the values from a distribution function (Kolmogorov and Smirnov).
 */
function distance(values: Float64Array, below: (x: number) => number): number {
  const sorted = values.toSorted();
  return sorted.reduce((most, x, i) => {
    const p = below(x);
    return Math.max(most, p - i / sorted.length, (i + 1) / sorted.length - p);
  }, 0);
}

describe.each(cases)('$name', ({ name, deviation, end, below, fourth }) => {
  const values = Float64Array.from(weights(name), (w) => w / deviation);
  const n = values.length;
  const moment = (power: number): number =>
    values.reduce((sum, x) => sum + x ** power, 0) / values.length;

  it('has mean 0 and the variance that it promises, within 4 standard errors', () => {
    expect(Math.abs(moment(1))).toBeLessThan(4 / Math.sqrt(n));
    expect(Math.abs(moment(2) - 1)).toBeLessThan(4 * Math.sqrt((fourth - 1) / n));
    expect(Math.abs(moment(3))).toBeLessThan(4 * Math.sqrt(15 / n));
    expect(Math.abs(moment(4) - fourth)).toBeLessThan(4 * Math.sqrt(96 / n));
  });

  it('ends where it should, and fills the room to there', () => {
    const most = values.reduce((largest, x) => Math.max(largest, Math.abs(x)), 0);
    expect(most).toBeLessThanOrEqual(end * (1 + 2 ** -23));
    expect(most).toBeGreaterThan(end * 0.97);
  });

  it('follows its distribution function', () => {
    // Chance exceeds a distance of 1.95 / √n once in a thousand.
    expect(distance(values, below)).toBeLessThan(1.95 / Math.sqrt(n));
  });
});

it('each initialiser is one of the distributions above, or constant', () => {
  const constants = ['zeros', 'ones'];
  expect([...initializers].sort()).toEqual([...constants, ...cases.map(({ name }) => name)].sort());
  expect(initialDistribution('glorotTruncatedNormal', 3, 5)).toEqual({
    distribution: 'truncatedNormal',
    value: 0.5,
  });
});

it('the scale of a truncated normal is that of Keras', () => {
  expect(truncatedDeviation).toBeCloseTo(0.87962566103423978, 9);
});

it.each([
  ['heUniform', 'b0a4d47afdc13680'],
  ['heNormal', '6b34dc5496b5d4d2'],
  ['heTruncatedNormal', '70f77382236be2c2'],
] as const)('%s has the same bits for ever', (name, bits) => {
  const { buffer } = weights(name);
  expect(createHash('sha256').update(Buffer.from(buffer)).digest('hex').slice(0, 16)).toBe(bits);
});

it('another seed gives other values', () => {
  expect(weights('heTruncatedNormal', 4)).not.toEqual(weights('heTruncatedNormal', 3));
});

it.each([
  ['truncatedNormal', 'RANGE'],
  ['heTruncated', 'RANGE'],
  ['HeTruncatedNormal', 'RANGE'],
  [{ name: 'heTruncatedNormal' }, 'TYPE'],
])('refuses %o', async (initializer, code) => {
  const options = { weightInitializer: initializer as nn.Initializer };
  expect(await failure(() => nn.dense(3, options))).toMatchObject({
    code,
    path: 'dense.weightInitializer',
  });
  expect(await failure(() => nn.embedding(3, 2, options))).toMatchObject({
    code,
    path: 'embedding.weightInitializer',
  });
});

it('a model with truncated initialisers survives JSON', () => {
  const model = nn.sequential(
    { input: [2] },
    nn.embedding(9, 4, { weightInitializer: 'lecunTruncatedNormal' }),
    nn.flatten(),
    nn.dense(3, {
      weightInitializer: 'heTruncatedNormal',
      biasInitializer: 'glorotTruncatedNormal',
    }),
  );
  const json = JSON.parse(JSON.stringify(model)) as nn.SequentialJson;
  expect(nn.fromJSON(json)).toEqual(model);
});
