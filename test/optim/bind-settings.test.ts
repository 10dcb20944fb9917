/** Clipping, groups, state and sizes of a bound stepper. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optim } from '../../src/index.js';
import { floats, generator, sameBits } from '../oracle/random.js';
import { failure, make } from './bound.js';

describe('clipping', () => {
  const norm = (...arrays: Float32Array[]): number =>
    Math.hypot(...arrays.flatMap((array) => [...array]));
  const update = (clip: object, gradients: Record<string, Float32Array>) => {
    const parameters = Object.fromEntries(
      Object.entries(gradients).map(([name, g]) => [name, new Float32Array(g.length)]),
    );
    using stepper = optim.bind(optim.sgd({ learningRate: 1 }), parameters, { clip });
    const { gradientNorm } = stepper.step(gradients);
    return { parameters, gradientNorm };
  };

  it('bounds values, tensor norms and the global norm', () => {
    const gradients = { a: Float32Array.of(3, -4), b: Float32Array.of(0.1, 0.2) };
    expect([...update({ value: 1 }, gradients).parameters['a']!]).toEqual([-1, 1]);
    const byTensor = update({ tensorNorm: 1 }, gradients).parameters;
    expect(norm(byTensor['a']!)).toBeCloseTo(1, 6);
    expect(norm(byTensor['b']!)).toBeCloseTo(norm(gradients.b), 6);
    const { parameters, gradientNorm } = update({ globalNorm: 2 }, gradients);
    expect(gradientNorm).toBeCloseTo(norm(gradients.a, gradients.b), 6);
    expect(norm(parameters['a']!, parameters['b']!)).toBeCloseTo(2, 6);
  });

  it('never lengthens a gradient, and keeps its direction', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        (values, globalNorm) => {
          const g = Float32Array.from(values);
          const { parameters } = update({ globalNorm }, { g });
          const p = parameters['g']!;
          expect(norm(p)).toBeLessThanOrEqual(Math.min(globalNorm, norm(g)) * (1 + 1e-6) + 1e-30);
          p.forEach((value, i) => expect(value * g[i]!).toBeLessThanOrEqual(0));
        },
      ),
    );
  });
});

describe('groups', () => {
  it('give the first match its own rate and decay', () => {
    const optimizer = optim.sgd({
      learningRate: 1,
      weightDecay: 0.5,
      groups: [
        { match: '*.bias', weightDecay: 0, learningRateScale: 0.1 },
        { match: 'head*', learningRate: 0 },
      ],
    });
    const parameters = {
      'body.weight': Float32Array.of(2),
      'body.bias': Float32Array.of(2),
      'head.bias': Float32Array.of(2),
      'head.weight': Float32Array.of(2),
    };
    using stepper = optim.bind(optimizer, parameters);
    const one = Float32Array.of(1);
    stepper.step(Object.fromEntries(Object.keys(parameters).map((name) => [name, one.slice()])));
    const values = Object.values(parameters).map(([value]) => value);
    expect(values).toEqual([
      0,
      Math.fround(2 - Math.fround(0.1)),
      Math.fround(2 - Math.fround(0.1)),
      2,
    ]);
  });
});

describe('state', () => {
  const kinds = [optim.adam(), optim.nadam(), optim.rmsprop({ momentum: 0.9, centered: true })];

  it.each(kinds)(
    '$kind: restoring continues bit by bit, by name, whatever the order',
    (optimizer) => {
      const gradient = (step: number): Record<string, Float32Array> => ({
        a: floats(generator(step), 5),
        b: floats(generator(step + 1000), 130),
      });
      const parameters = { a: make(5), b: make(130) };
      using first = optim.bind(optimizer, parameters);
      for (let i = 0; i < 7; i++) first.step(gradient(i));
      const copy = { b: parameters.b.slice(), a: parameters.a.slice() };
      using second = optim.bind(optimizer, copy);
      second.restore(structuredClone(first.state()));
      for (let i = 7; i < 20; i++) {
        first.step(gradient(i));
        second.step(gradient(i));
      }
      expect(sameBits(copy.a, parameters.a) && sameBits(copy.b, parameters.b)).toBe(true);
      expect(second.steps).toBe(20);
    },
  );

  it('refuses what does not fit and changes nothing', () => {
    const weight = make();
    using stepper = optim.bind(optim.adam(), { weight });
    stepper.step({ weight: make() });
    const state = stepper.state();
    const before = structuredClone(state);
    const restore = (change: object) =>
      failure(() => stepper.restore({ ...state, ...change } as never)).code;
    expect(restore({ version: 2 })).toBe('VERSION');
    expect(restore({ rule: 'lion' })).toBe('MISMATCH');
    expect(restore({ slots: {} })).toBe('MISSING');
    expect(restore({ slots: { ...state.slots, other: {} } })).toBe('MISMATCH');
    const short = { firstMoment: new Float32Array(8), secondMoment: new Float32Array(7) };
    expect(restore({ slots: { weight: short } })).toBe('SHAPE');
    expect(stepper.state()).toEqual(before);
  });
});

describe('sizes', () => {
  it('1,000 ragged tensors equal one flat array, bit by bit', () => {
    const random = generator(5);
    const lengths = Array.from({ length: 1000 }, () => Math.floor(random() ** 3 * 900));
    const total = lengths.reduce((a, b) => a + b, 0);
    const flat = floats(random, total);
    let at = 0;
    const ragged = Object.fromEntries(
      lengths.map((length, i) => [`t${i}`, flat.slice(at, (at += length))]),
    );
    using one = optim.bind(optim.adam(), { flat });
    using many = optim.bind(optim.adam(), ragged);
    for (let step = 0; step < 3; step++) {
      const gradient = floats(random, total);
      one.step({ flat: gradient });
      at = 0;
      many.step(
        Object.fromEntries(
          lengths.map((length, i) => [`t${i}`, gradient.slice(at, (at += length))]),
        ),
      );
    }
    at = 0;
    lengths.forEach((length, i) =>
      expect(sameBits(ragged[`t${i}`]!, flat.slice(at, (at += length)))).toBe(true),
    );
  });
});
