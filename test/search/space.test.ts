/** Spaces: places and values, conditions, and what is refused. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/index.js';
import { cellOf, placeOf, valueAt } from '../../src/search/coordinates.js';
import { checkSpace, checkValues } from '../../src/search/parameters.js';
import { failure } from '../oracle/failure.js';

const dimensions = fc.oneof(
  fc
    .tuple(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
    )
    .map(([low, width]) => search.uniform(low, low + width)),
  fc
    .tuple(
      fc.double({ min: 1e-12, max: 1, noNaN: true }),
      fc.double({ min: 1.01, max: 1e12, noNaN: true }),
    )
    .map(([low, ratio]) => search.logUniform(low, low * ratio)),
  fc
    .tuple(fc.integer({ min: -500, max: 500 }), fc.integer({ min: 1, max: 5000 }))
    .map(([low, width]) => search.integer(low, low + width)),
  fc
    .tuple(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 1, max: 5000 }))
    .map(([low, width]) => search.integer(low, low + width, { log: true })),
  fc
    .tuple(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 40 }))
    .map(([step, count]) => search.integer(3, 3 + step * count, { step })),
  fc
    .uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), {
      minLength: 2,
      maxLength: 9,
    })
    .map((choices) => search.choice(choices)),
);

describe('a place in [0, 1]', () => {
  it('gives a value of the parameter, whose cell holds the place', () => {
    fc.assert(
      fc.property(dimensions, fc.double({ min: 0, max: 1, noNaN: true }), (dimension, place) => {
        const value = valueAt(dimension, place);
        expect(checkValues('v', checkSpace('s', { x: dimension }), { x: value })).toEqual({
          x: value,
        });
        const { low, high } = cellOf(dimension, value);
        expect(place).toBeGreaterThanOrEqual(low - 1e-6);
        expect(place).toBeLessThanOrEqual(high + 1e-6);
        const again = valueAt(dimension, placeOf(dimension, value));
        if (typeof value === 'number' && dimension.kind !== 'choice')
          expect(Math.abs((again as number) - value)).toBeLessThanOrEqual(
            1e-6 * Math.max(1, Math.abs(value)),
          );
        else expect(again).toBe(value);
      }),
    );
  });

  it('reaches both ends of each range', () => {
    for (const dimension of [
      search.uniform(-2, 7),
      search.logUniform(1e-6, 10),
      search.integer(3, 9),
      search.integer(3, 900, { log: true }),
    ]) {
      expect(valueAt(dimension, 0)).toBe(dimension.low);
      expect(valueAt(dimension, 1)).toBe(dimension.high);
    }
  });

  it('makes each power of ten as likely as any other', () => {
    const rate = search.logUniform(1e-6, 10);
    expect(valueAt(rate, 3 / 7)).toBeCloseTo(1e-3, 12);
  });

  it('gives each whole number the same share', () => {
    const dimension = search.integer(1, 6);
    const counts = new Map<unknown, number>();
    for (let i = 0; i < 600; i++) {
      const value = valueAt(dimension, (i + 0.5) / 600);
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    expect([...counts.values()]).toEqual([100, 100, 100, 100, 100, 100]);
  });
});

describe('conditions', () => {
  const space = {
    optimizer: search.choice(['adam', 'momentum', 'nesterov']),
    momentum: search.conditional(search.uniform(0, 1), {
      when: { optimizer: ['momentum', 'nesterov'] },
    }),
  };
  const parameters = checkSpace('space', space);

  it('a trial has a parameter only where its condition holds', () => {
    const values = { optimizer: 'nesterov', momentum: 0.9 };
    expect(checkValues('v', parameters, values)).toEqual(values);
    expect(checkValues('v', parameters, { optimizer: 'adam' })).toEqual({ optimizer: 'adam' });
  });

  it('refuses values that do not belong to the trial', async () => {
    const codes = await Promise.all(
      [
        { optimizer: 'adam', momentum: 0.9 },
        { optimizer: 'momentum' },
        { optimizer: 'momentum', momentum: 1.5 },
        { optimizer: 'momentum', momentum: NaN },
        { optimizer: 'sgd' },
        [],
      ].map(async (values) => (await failure(() => checkValues('v', parameters, values))).code),
    );
    expect(codes).toEqual(['UNKNOWN_OPTION', 'MISSING', 'RANGE', 'RANGE', 'RANGE', 'TYPE']);
  });
});

describe('refused spaces', () => {
  const when = { when: { optimizer: 'adam' } };
  it.each<[string, () => unknown, string, string]>([
    ['an empty range', () => search.uniform(1, 1), 'RANGE', 'uniform.high'],
    ['a reversed range', () => search.logUniform(1, 0.1), 'RANGE', 'logUniform.high'],
    ['a logarithm of 0', () => search.logUniform(0, 1), 'RANGE', 'logUniform.low'],
    ['an infinite range', () => search.uniform(0, Infinity), 'RANGE', 'uniform.high'],
    ['half a number', () => search.integer(0.5, 3), 'TYPE', 'integer.low'],
    ['a logarithm of no unit', () => search.integer(0, 3, { log: true }), 'RANGE', 'integer.low'],
    [
      'steps of a logarithm',
      () => search.integer(1, 9, { log: true, step: 2 }),
      'RANGE',
      'integer.step',
    ],
    ['a step beyond the range', () => search.integer(1, 4, { step: 5 }), 'RANGE', 'integer.step'],
    ['one choice', () => search.choice(['a']), 'RANGE', 'choice'],
    ['a choice twice', () => search.choice([1, 2, 1]), 'DUPLICATE', 'choice[2]'],
    ['a choice of NaN', () => search.choice([1, NaN]), 'RANGE', 'choice[1]'],
    [
      'a choice of objects',
      () => search.choice([{}, 1] as unknown as number[]),
      'TYPE',
      'choice[0]',
    ],
    [
      'a huge choice',
      () => search.choice(Array.from({ length: 1001 }, (_, i) => i)),
      'RANGE',
      'choice',
    ],
    ['no parameter', () => checkSpace('space', {}), 'RANGE', 'space'],
    ['a number', () => checkSpace('space', { x: 1 }), 'TYPE', 'space.x'],
    ['a list', () => checkSpace('space', [search.uniform(0, 1)]), 'TYPE', 'space'],
    ['a whole name', () => checkSpace('space', { 7: search.uniform(0, 1) }), 'RANGE', 'space.7'],
    [
      'a range by hand',
      () => checkSpace('space', { x: { kind: 'uniform', low: 2, high: 1 } }),
      'RANGE',
      'uniform.high',
    ],
    [
      'a condition on nothing',
      () => checkSpace('space', { x: search.conditional(search.uniform(0, 1), when) }),
      'RANGE',
      'space.x.when.optimizer',
    ],
    [
      'a condition on a later choice',
      () =>
        checkSpace('space', {
          x: search.conditional(search.uniform(0, 1), when),
          optimizer: search.choice(['adam', 'sgd']),
        }),
      'RANGE',
      'space.x.when.optimizer',
    ],
    [
      'a condition on no value of the choice',
      () =>
        checkSpace('space', {
          optimizer: search.choice(['sgd', 'lion']),
          x: search.conditional(search.uniform(0, 1), when),
        }),
      'RANGE',
      'space.x.when.optimizer',
    ],
  ])('%s', async (_, body, code, path) => {
    expect(await failure(body)).toMatchObject({ code, path });
  });
});
