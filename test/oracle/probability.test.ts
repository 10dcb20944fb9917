import { expect, it } from 'vitest';
import {
  chiSquareP,
  chiSquareTail,
  hypergeometric,
  logGamma,
  normalP,
  pearson,
} from './probability.js';

it('matches closed forms and tables', () => {
  // With two degrees of freedom the tail is exp(-x / 2), and with four (1 + x / 2) exp(-x / 2).
  for (const x of [0.01, 1, 5, 40, 300]) {
    expect(chiSquareTail(x, 2) / Math.exp(-x / 2)).toBeCloseTo(1, 8);
    expect(chiSquareTail(x, 4) / ((1 + x / 2) * Math.exp(-x / 2))).toBeCloseTo(1, 8);
  }
  // The upper critical values come from the NIST/SEMATECH e-Handbook, 1.3.6.7.4.
  for (const [x, freedom, tail] of [
    [3.841, 1, 0.05],
    [18.307, 10, 0.05],
    [149.449, 100, 0.001],
    [135.807, 100, 0.01],
  ] as const)
    expect(Math.abs(chiSquareTail(x, freedom) / tail - 1)).toBeLessThan(2e-3);
  // With many degrees of freedom, Wilson and Hilferty's cube root is near the normal distribution.
  const n = 1e6;
  const z = 3;
  const x = n * (1 - 2 / (9 * n) + z * Math.sqrt(2 / (9 * n))) ** 3;
  expect(chiSquareTail(x, n) / (normalP(z) / 2)).toBeCloseTo(1, 4);
  expect(normalP(1.959963984540054)).toBeCloseTo(0.05, 10);
  expect(normalP(6) / 1.973175290075396e-9).toBeCloseTo(1, 7);
  expect(logGamma(11)).toBeCloseTo(Math.log(3_628_800), 8);
});

it('judges both tails where there are many cells, the upper one where there are few', () => {
  expect(chiSquareP(0, 5)).toBe(1);
  expect(chiSquareP(1, 100)).toBeLessThan(1e-50);
  expect(chiSquareP(99.3, 100)).toBeCloseTo(1, 1);
  expect(pearson([8, 12], [10, 10])).toBeCloseTo(0.8, 12);
});

it('counts draws without replacement', () => {
  // 2 marked of 3 draws from 10 with 4 marked have C(4, 2) C(6, 1) / C(10, 3) = 36 / 120.
  expect(hypergeometric(2, 3, 4, 10)).toBeCloseTo(0.3, 8);
  expect(hypergeometric(4, 3, 4, 10)).toBe(0);
  let sum = 0;
  for (let k = 0; k <= 128; ++k) sum += hypergeometric(k, 128, 7000, 70_000);
  expect(sum).toBeCloseTo(1, 6);
});
