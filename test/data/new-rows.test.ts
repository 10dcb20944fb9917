import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const { hashedWords, impute, number, oneHot, ordinal, standardize } = data.transform;

/** Fits one column, which is called x. */
const fit = (transforms: data.FeatureTransforms[string], values: readonly unknown[]) =>
  data.features({ x: transforms }).fit(data.rows(values.map((x) => ({ x }))));

describe('the inputs of a row do not depend on the rows beside it', () => {
  const first = '2026-01-01 00:00';
  it.each<[string, data.FeatureTransforms[string], readonly string[], string]>([
    ['words of texts', hashedWords(8), ['call 10:30'], 'zz'],
    ['words of texts that are all dates', hashedWords(8), ['2026-11-29'], 'zz'],
    ['categories', oneHot(), [first, 'later'], 'later'],
    ['numbers of categories', ordinal(), ['later', first], 'later'],
  ])('%s', (_, transform, training, beside) => {
    const fitted = fit(transform, training);
    const { width } = fitted;
    const both = fitted.inputs([{ x: first }, { x: beside }]);
    expect(fitted.inputs([{ x: first }])).toEqual(both.slice(0, width));
    expect(fitted.inputs([{ x: beside }])).toEqual(both.slice(width));
    expect(both.slice(0, width)).not.toEqual(both.slice(width));
    const again = data.Preprocessing.fromJSON(JSON.parse(JSON.stringify(fitted)));
    expect(again.inputs([{ x: first }])).toEqual(both.slice(0, width));
  });

  it('texts of true and false keep their meaning from file to file', () => {
    const read = (values: string[]) =>
      data.parseCsv(`x,y\n${values.map((each) => `${each},${each}\n`).join('')}`);
    const learned = (table: data.Table) =>
      data.features({ x: oneHot() }, { target: data.target('y') }).fit(table);
    const table = read(['TRUE', 'FALSE', 'maybe']);
    const fitted = learned(table);
    const two = read(['TRUE', 'FALSE']);
    expect(two.column('x').kind).toBe('boolean');
    expect([...fitted.inputs(two)]).toEqual([0, 1, 0, 1, 0, 0]);
    expect([...fitted.inputs(two.take([1]))]).toEqual([1, 0, 0]);
    expect([...fitted.labels(two)]).toEqual([1, 0]);
    const yes = learned(two);
    for (const x of ['TRUE', 'true', true]) {
      expect([...yes.inputs([{ x }])]).toEqual([0, 1]);
      expect([...yes.labels([{ y: x }])]).toEqual([1]);
    }
  });

  it('a new row may lack every value', () => {
    expect([...fit(hashedWords(2), ['a', 'b']).inputs([{ x: null }])]).toEqual([0, 0]);
    expect([...fit(hashedWords(2), [null]).inputs([{ x: 'call' }])]).not.toEqual([0, 0]);
    expect([...fit(oneHot(), [true, null]).inputs([{ x: null }])]).toEqual([0, 1]);
  });
});

describe('values of another type than the training rows have', () => {
  const day = '2026-01-01';
  it.each<[string, data.FeatureTransforms[string], readonly unknown[], unknown]>([
    ['a date for a number', standardize(), [1, 3], day],
    ['an object of a date for a number', standardize(), [1, 3], new Date(5)],
    ['true for a number', standardize(), [1, 3], true],
    ['a number for true or false', number(), [true, false], 1],
    ['a text for true or false', oneHot({ unknown: 'zeros' }), [true, false], 'maybe'],
    ['a number for a date', number(), [day], 5],
    ['a text for a date', number(), [day], 'x'],
    ['a number for a text', oneHot({ unknown: 'zeros' }), ['a', 'b'], 1],
    ['a date for a text', hashedWords(4), ['a', 'b'], new Date(5)],
  ])('are refused: %s', async (_, transform, training, x) => {
    const fitted = fit(transform, training);
    const error = await failure(() => fitted.inputs([{ x: null }, { x }].slice(1)));
    expect([error.code, error.path]).toEqual(['TYPE', 'features.x, row 0']);
  });

  it('are refused as labels', async () => {
    const table = data.rows([{ x: 1, y: 1 }]);
    const fitted = data.features({ x: number() }, { target: data.target('y') }).fit(table);
    expect((await failure(() => fitted.labels([{ y: true }]))).code).toBe('TYPE');
  });
});

describe('a preprocessing that could not be kept or is wrong', () => {
  const values = (y: readonly unknown[], target: data.Target) => {
    const rows = y.map((each, x) => ({ x, y: each }));
    return data.features({ x: number() }, { target }).fit(data.rows(rows));
  };
  const many = data.parseCsv(`x\n${Array.from({ length: 2 ** 20 + 1 }, (_, i) => i).join('\n')}`);
  it.each<[string, () => unknown, string, string]>([
    [
      'a missing category beside zeros for others',
      () => fit(oneHot({ unknown: 'zeros' }), ['a', 'b']).inputs([{ x: 'c' }, { x: null }]),
      'MISSING',
      'features.x, row 1',
    ],
    [
      'the mean of true and false',
      () => fit([impute('mean'), oneHot()], [true, false, null]),
      'TYPE',
      'features.x',
    ],
    ['a target without values', () => values([null, null], data.target('y')), 'RANGE', 'target.y'],
    ['the target as a feature', () => values([1], data.target('x')), 'DUPLICATE', 'features.x'],
    [
      'more than a file can hold',
      () => data.features({ x: ordinal() }).fit(many),
      'FORMAT',
      'preprocessing: features[0].steps[0].categories',
    ],
  ])('is refused: %s', async (_, body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it('has categories that differ, whatever is filled in', () => {
    const days = ['2026-01-01T00:00', null, '2026-01-01T00:00:00.001'];
    const dates = fit([impute('mean'), oneHot()], days);
    expect(dates.inputNames).toEqual(['x=2026-01-01', 'x=2026-01-01T00:00:00.001Z']);
    expect([...dates.inputs([{ x: null }])]).toEqual([0, 1]);
    const half = fit([impute({ value: 0.5 }), oneHot()], [true, false, null]);
    expect(half.inputNames).toEqual(['x=0', 'x=0.5', 'x=1']);
    const often = fit([impute('mostFrequent'), oneHot()], [true, false, true, null]);
    expect(often.inputNames).toEqual(['x=false', 'x=true']);
  });
});
