/** Test functions of searches; script/fixtures/optuna_tpe.py has the same. */
import { search } from '../../src/index.js';

type AnyValues = Readonly<Record<string, number | string | boolean | null>>;

/** A function over a space, and its least value. */
export interface SearchFunction {
  readonly space: search.Space;
  readonly minimum: number;
  readonly value: (values: AnyValues) => number;
}

type Table = readonly [
  readonly number[],
  readonly (readonly number[])[],
  readonly (readonly number[])[],
];
const hartmann3: Table = [
  [1.0, 1.2, 3.0, 3.2],
  [
    [3, 10, 30],
    [0.1, 10, 35],
    [3, 10, 30],
    [0.1, 10, 35],
  ],
  [
    [0.3689, 0.117, 0.2673],
    [0.4699, 0.4387, 0.747],
    [0.1091, 0.8732, 0.5547],
    [0.0381, 0.5743, 0.8828],
  ],
];
const hartmann6: Table = [
  [1.0, 1.2, 3.0, 3.2],
  [
    [10, 3, 17, 3.5, 1.7, 8],
    [0.05, 10, 17, 0.1, 8, 14],
    [3, 3.5, 1.7, 10, 17, 8],
    [17, 8, 0.05, 10, 0.1, 14],
  ],
  [
    [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
    [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
    [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
    [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
  ],
];

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

function hartmann(x: readonly number[], [weights, a, p]: Table): number {
  const term = (row: number): number =>
    weights[row]! * Math.exp(-sum(x.map((xi, i) => a[row]![i]! * (xi - p[row]![i]!) ** 2)));
  return -sum(weights.map((_, row) => term(row)));
}

function rosenbrock(x: readonly number[]): number {
  return sum(x.slice(1).map((b, i) => 100 * (b - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2));
}

function branin([a = 0, b = 0]: readonly number[]): number {
  const bent = b - (5.1 / (4 * Math.PI ** 2)) * a * a + (5 / Math.PI) * a - 6;
  return bent ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(a) + 10;
}

function camel([a = 0, b = 0]: readonly number[]): number {
  return (4 - 2.1 * a * a + a ** 4 / 3) * a * a + a * b + (4 * b * b - 4) * b * b;
}

function ackley(x: readonly number[]): number {
  const y = x.map((v) => v - 1.1);
  const waves = sum(y.map((v) => Math.cos(2 * Math.PI * v))) / y.length;
  const size = Math.sqrt(sum(y.map((v) => v * v)) / y.length);
  return -20 * Math.exp(-0.2 * size) - Math.exp(waves) + 20 + Math.E;
}

function rastrigin(x: readonly number[]): number {
  return sum(x.map((v) => (v - 0.7) ** 2 - 10 * Math.cos(2 * Math.PI * (v - 0.7)) + 10));
}

function levy(x: readonly number[]): number {
  const w = x.map((v) => 1 + (v - 1) / 4);
  const inner = w.slice(0, -1).map((v) => (v - 1) ** 2 * (1 + 10 * Math.sin(Math.PI * v + 1) ** 2));
  const last = w.at(-1)!;
  const end = (last - 1) ** 2 * (1 + Math.sin(2 * Math.PI * last) ** 2);
  return Math.sin(Math.PI * w[0]!) ** 2 + sum(inner) + end;
}

function griewank(x: readonly number[]): number {
  const y = x.map((v) => v - 3.3);
  const product = y.reduce((all, v, i) => all * Math.cos(v / Math.sqrt(i + 1)), 1);
  return sum(y.map((v) => v * v)) / 4000 - product + 1;
}

function beale([a = 0, b = 0]: readonly number[]): number {
  return (1.5 - a + a * b) ** 2 + (2.25 - a + a * b * b) ** 2 + (2.625 - a + a * b ** 3) ** 2;
}

function goldstein([a = 0, b = 0]: readonly number[]): number {
  const inner = 19 - 14 * a + 3 * a * a - 14 * b + 6 * a * b + 3 * b * b;
  const outer = 18 - 32 * a + 12 * a * a + 48 * b - 36 * a * b + 27 * b * b;
  return Math.log((1 + (a + b + 1) ** 2 * inner) * (30 + (2 * a - 3 * b) ** 2 * outer));
}

const sphere = (x: readonly number[]): number => sum(x.map((v) => (v - 1.3) ** 2));
const ellipsoid = (x: readonly number[]): number =>
  sum(x.map((v, i) => 10 ** ((2 * i) / (x.length - 1)) * (v - 0.7) ** 2));
const styblinski = (x: readonly number[]): number =>
  sum(x.map((v) => v ** 4 - 16 * v * v + 5 * v)) / 2;

/** Makes a function of the numbers x0, x1, … in a box. */
function boxed(
  dimensions: number,
  [low, high]: readonly [number, number],
  value: (x: readonly number[]) => number,
  minimum = 0,
): SearchFunction {
  const names = Array.from({ length: dimensions }, (_, i) => `x${i}`);
  const space = Object.fromEntries(names.map((name) => [name, search.uniform(low, high)]));
  return { space, minimum, value: (values) => value(names.map((name) => Number(values[name]))) };
}

const offsets: Readonly<Record<string, number>> = { relu: 0.4, tanh: 0, gelu: 0.2, elu: 0.6 };
const number = (values: AnyValues, name: string): number => Number(values[name]);

function conditional(values: AnyValues): number {
  const rate = Math.log10(number(values, 'rate'));
  return values['optimizer'] === 'sgd'
    ? 0.1 + (number(values, 'momentum') - 0.8) ** 2 * 4 + (rate + 1) ** 2
    : (number(values, 'beta') - 0.3) ** 2 * 4 + (rate + 3) ** 2;
}

/** All functions, by name. */
export const searchFunctions: Readonly<Record<string, SearchFunction>> = {
  sphere2: boxed(2, [-5, 5], sphere),
  sphere5: boxed(5, [-5, 5], sphere),
  ellipsoid4: boxed(4, [-5, 5], ellipsoid),
  rosenbrock2: boxed(2, [-2, 2], rosenbrock),
  rosenbrock4: boxed(4, [-2, 2], rosenbrock),
  branin: {
    ...boxed(2, [0, 1], branin, 0.39788735772973816),
    space: { x0: search.uniform(-5, 10), x1: search.uniform(0, 15) },
  },
  camel: {
    ...boxed(2, [0, 1], camel, -1.0316284534898774),
    space: { x0: search.uniform(-3, 3), x1: search.uniform(-2, 2) },
  },
  hartmann3: boxed(3, [0, 1], (x) => hartmann(x, hartmann3), -3.8627797869493365),
  hartmann6: boxed(6, [0, 1], (x) => hartmann(x, hartmann6), -3.3223680114155156),
  ackley2: boxed(2, [-10, 10], ackley),
  ackley5: boxed(5, [-10, 10], ackley),
  rastrigin2: boxed(2, [-5, 5], rastrigin),
  rastrigin4: boxed(4, [-5, 5], rastrigin),
  levy3: boxed(3, [-10, 10], levy),
  levy6: boxed(6, [-10, 10], levy),
  styblinski3: boxed(3, [-5, 5], styblinski, -39.16616570377142 * 3),
  griewank3: boxed(3, [-30, 30], griewank),
  beale: boxed(2, [-4.5, 4.5], beale),
  goldstein: boxed(2, [-2, 2], goldstein, Math.log(3)),
  rates: {
    space: { rate: search.logUniform(1e-6, 10), decay: search.logUniform(1e-8, 1) },
    minimum: 0,
    value: (values) =>
      (Math.log10(number(values, 'rate')) + 2.5) ** 2 +
      0.1 * (Math.log10(number(values, 'decay')) + 4) ** 2,
  },
  whole: {
    space: { layers: search.integer(1, 8), units: search.integer(4, 256) },
    minimum: 0,
    value: (values) =>
      Math.abs(number(values, 'layers') - 3) + (number(values, 'units') - 37) ** 2 / 100,
  },
  mixed: {
    space: { activation: search.choice(Object.keys(offsets)), ...boxed(3, [-5, 5], sphere).space },
    minimum: 0,
    value: (values) =>
      offsets[values['activation'] as string]! +
      sphere(['x0', 'x1', 'x2'].map((name) => number(values, name))) / 10,
  },
  conditional: {
    space: {
      optimizer: search.choice(['sgd', 'adam']),
      rate: search.logUniform(1e-6, 10),
      momentum: search.conditional(search.uniform(0, 1), { when: { optimizer: 'sgd' } }),
      beta: search.conditional(search.uniform(0, 1), { when: { optimizer: 'adam' } }),
    },
    minimum: 0,
    value: conditional,
  },
  important: boxed(
    6,
    [-5, 5],
    ([first = 0, ...rest]) => (first - 1.3) ** 2 + 0.01 * sum(rest.map((v) => (v - 1) ** 2)),
  ),
};
