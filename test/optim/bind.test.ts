import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeviceName } from '../../src/device.js';
import { optim } from '../../src/index.js';
import { native } from '../../src/native.js';
import { failure, make } from './bound.js';

const detach = ({ buffer }: Float32Array): void =>
  void structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });

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
