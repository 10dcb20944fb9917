import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const { hashedWords, number, oneHot, ordinal, standardize } = data.transform;

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
    const table = data.parseCsv('x\nTRUE\nFALSE\nmaybe\n');
    const fitted = data.features({ x: oneHot() }, { target: data.target('x') }).fit(table);
    const two = data.parseCsv('x\nTRUE\nFALSE\n');
    expect(two.column('x').kind).toBe('boolean');
    expect([...fitted.inputs(two)]).toEqual([0, 1, 0, 1, 0, 0]);
    expect([...fitted.inputs(two.take([1]))]).toEqual([1, 0, 0]);
    expect([...fitted.labels(two)]).toEqual([1, 0]);
    const yes = data.features({ x: oneHot() }, { target: data.target('x') }).fit(two);
    for (const x of ['TRUE', 'true', true]) {
      expect([...yes.inputs([{ x }])]).toEqual([0, 1]);
      expect([...yes.labels([{ x }])]).toEqual([1]);
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
