import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { ThalwegError, optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { floats, generator, sameBits } from '../oracle/random.js';

/** Returns the error that `body` throws, and its code. */
function failure(body: () => unknown): ThalwegError {
  try {
    body();
  } catch (error) {
    expect(error).toBeInstanceOf(ThalwegError);
    return error as ThalwegError;
  }
  throw new Error('nothing was thrown');
}

const detach = ({ buffer }: Float32Array): void =>
  void structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });

const make = (length = 8): Float32Array => floats(generator(length), length);

describe('options', () => {
  it.each([
    ['lr NaN', () => optim.adam({ learningRate: NaN }), 'RANGE'],
    ['lr −1', () => optim.adam({ learningRate: -1 }), 'RANGE'],
    ['beta 1', () => optim.adam({ beta1: 1 }), 'RANGE'],
    ['epsilon 0', () => optim.adam({ epsilon: 0 }), 'RANGE'],
    ['text decay', () => optim.adamW({ weightDecay: '0.1' as never }), 'TYPE'],
    ['null', () => optim.adam(null as never), 'TYPE'],
    ['form', () => optim.momentum({ form: 'ball' as never }), 'RANGE'],
    ['group pattern', () => optim.sgd({ groups: [{ match: 3 as never }] }), 'TYPE'],
    [
      '__proto__',
      () => optim.adam(JSON.parse('{"__proto__": {"beta1": 0.5}}') as never),
      'UNKNOWN_OPTION',
    ],
  ])('%s', (_, body, code) => expect(failure(body).code).toBe(code));

  it('suggests the option that was meant', () => {
    const error = failure(() => optim.adam({ beta1s: 0.9 } as never));
    expect(error.code).toBe('UNKNOWN_OPTION');
    expect(error.remedy).toContain('`beta1`');
    expect(error.message).toBe(
      'expected a known option for `adam.beta1s`, received the unknown option "beta1s"; ' +
        'did you mean `beta1`?',
    );
  });

  it('descriptions are plain, frozen and survive JSON', () => {
    const description = optim.adamW({ groups: [{ match: '*.bias', weightDecay: 0 }] });
    expect(Object.isFrozen(description)).toBe(true);
    const copy = JSON.parse(JSON.stringify(description)) as typeof description;
    expect(copy).toEqual(description);
    optim.bind(copy, { 'a.bias': make() }).dispose();
  });
});

describe('binding', () => {
  it('refuses what cannot be updated in place', () => {
    const bind = (weight: unknown) => () =>
      optim.bind(optim.sgd(), { weight: weight as Float32Array });
    expect(failure(bind(new Float64Array(2))).code).toBe('DTYPE');
    expect(failure(bind([1, 2])).code).toBe('TYPE');
    const resizable = new (ArrayBuffer as never as new (n: number, o: object) => ArrayBuffer)(8, {
      maxByteLength: 64,
    });
    expect(failure(bind(new Float32Array(resizable))).code).toBe('RESIZABLE');
    const shared = new Float32Array(new SharedArrayBuffer(8));
    expect(failure(bind(shared)).code).toBe('TYPE');
    const detached = new Float32Array(4);
    detach(detached);
    expect(failure(bind(detached)).code).toBe('DETACHED');
  });

  it('refuses overlapping views and says where', () => {
    const buffer = new ArrayBuffer(64);
    const a = new Float32Array(buffer, 0, 8);
    const b = new Float32Array(buffer, 16, 8);
    const error = failure(() => optim.bind(optim.sgd(), { a, b }));
    expect(error.code).toBe('ALIAS');
    expect(error.received).toContain('16 bytes');
    using stepper = optim.bind(optim.sgd(), { a });
    expect(failure(() => stepper.step({ a: b })).code).toBe('ALIAS');
  });

  it('takes empty tensors and odd offsets, but not no tensors at all', () => {
    const buffer = new Float32Array(10).fill(1);
    const parameters = { empty: new Float32Array(0), odd: buffer.subarray(1, 8) };
    using stepper = optim.bind(optim.sgd({ learningRate: 1 }), parameters);
    stepper.step({ empty: new Float32Array(0), odd: new Float32Array(7).fill(0.5) });
    expect([...buffer]).toEqual([1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1, 1]);
    expect(failure(() => optim.bind(optim.adam(), {})).code).toBe('RANGE');
    expect(failure(() => optim.bind(optim.adam(), new Map() as never)).code).toBe('RANGE');
  });
});

describe('a step', () => {
  it('refuses bad gradients and changes nothing', () => {
    const weight = make();
    const before = weight.slice();
    using stepper = optim.bind(optim.adam(), { weight });
    const step = (gradients: unknown) => failure(() => stepper.step(gradients as never)).code;
    expect(step({})).toBe('MISSING');
    expect(step({ weight: new Float32Array(7) })).toBe('SHAPE');
    expect(step({ weight: new Float64Array(8) })).toBe('DTYPE');
    expect(step({ weight: make(), wieght: make() })).toBe('UNKNOWN_OPTION');
    const bad = make();
    bad[5] = NaN;
    const error = failure(() => stepper.step({ weight: bad }));
    expect(error.code).toBe('NONFINITE');
    expect(error.path).toBe('gradient weight[5]');
    expect(error.received).toContain('step 1');
    bad[5] = -Infinity;
    expect(step({ weight: bad })).toBe('NONFINITE');
    expect(weight).toEqual(before);
    expect(stepper.steps).toBe(0);
  });

  it.each([
    'reference',
    'cpu:baseline',
    `cpu:${native.isa()}` as 'cpu:avx2',
  ] satisfies DeviceName[])(
    '%s finds the one element that is not finite, wherever it is, with the norm and without',
    (device) => {
      const where = fc.integer({ min: 1, max: 9000 }).chain((length) =>
        fc.record({
          length: fc.constant(length),
          index: fc.nat(length - 1),
          bad: fc.constantFrom(NaN, Infinity, -Infinity, 3e38),
          reportNorm: fc.boolean(),
        }),
      );
      fc.assert(
        fc.property(where, ({ length, index, bad, reportNorm }) => {
          const weight = new Float32Array(length);
          const options = { device, reportNorm, gradientScale: 2 };
          using stepper = optim.bind(optim.sgd(), { weight }, options);
          const gradient = new Float32Array(length).fill(1);
          gradient[index] = bad;
          const error = failure(() => stepper.step({ weight: gradient }));
          expect([error.code, error.path]).toEqual(['NONFINITE', `gradient weight[${index}]`]);
          expect(weight.every((value) => value === 0)).toBe(true);
          gradient[index] = 1e38;
          expect(stepper.step({ weight: gradient }).skipped).toBe(false);
        }),
        { numRuns: 50 },
      );
    },
  );

  it('sees an infinity that clipping by value would hide', () => {
    const weight = make();
    using stepper = optim.bind(optim.sgd(), { weight }, { clip: { value: 1 } });
    const gradient = make();
    gradient[0] = Infinity;
    expect(failure(() => stepper.step({ weight: gradient })).code).toBe('NONFINITE');
  });

  it('skip counts and does not advance; allow lets it through', () => {
    const weight = make();
    const before = weight.slice();
    const bad = make().fill(NaN);
    using skipping = optim.bind(optim.adam(), { weight }, { nonFinite: 'skip' });
    expect(skipping.step({ weight: bad })).toEqual({
      step: 0,
      skipped: true,
      gradientNorm: undefined,
    });
    expect([skipping.steps, skipping.skipped]).toEqual([0, 1]);
    expect(weight).toEqual(before);
    using allowing = optim.bind(optim.adam(), { weight }, { nonFinite: 'allow' });
    allowing.step({ weight: bad });
    expect(weight.every(Number.isNaN)).toBe(true);
  });

  it('finds arrays detached between steps, parameters and gradients', () => {
    const weight = make();
    const gradient = make();
    using stepper = optim.bind(optim.sgd(), { weight });
    stepper.step({ weight: gradient });
    detach(gradient);
    expect(failure(() => stepper.step({ weight: gradient })).code).toMatch(/SHAPE|DETACHED/);
    detach(weight);
    expect(failure(() => stepper.step({ weight: make() })).code).toBe('DETACHED');
  });

  it('throws DISPOSED afterwards, and dispose may be repeated', () => {
    const stepper = optim.bind(optim.sgd(), { weight: make() });
    stepper.dispose();
    stepper.dispose();
    expect(failure(() => stepper.step({ weight: make() })).code).toBe('DISPOSED');
    expect(failure(() => stepper.state()).code).toBe('DISPOSED');
  });

  it('a learning rate function is asked by step, and its mistakes are named', () => {
    const weight = Float32Array.of(0);
    const asked: number[] = [];
    const learningRate = (step: number): number => (asked.push(step), step < 2 ? 1 : NaN);
    using stepper = optim.bind(optim.sgd({ learningRate }), { weight });
    stepper.step({ weight: Float32Array.of(1) });
    stepper.step({ weight: Float32Array.of(1) });
    expect(weight[0]).toBe(-2);
    const error = failure(() => stepper.step({ weight: Float32Array.of(1) }));
    expect([error.code, error.path]).toEqual(['RANGE', 'learningRate at step 2']);
    expect(asked).toEqual([0, 1, 2]);
  });
});

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
