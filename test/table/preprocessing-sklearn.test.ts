/** Transforms against scikit-learn (script/fixtures/sklearn_preprocessing.py). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';

interface Fixture {
  readonly scalers: readonly {
    readonly kind: 'standardize' | 'minMax' | 'robust';
    readonly train: readonly number[];
    readonly applied: readonly number[];
    readonly result: readonly number[];
  }[];
  readonly imputers: readonly {
    readonly by: 'mean' | 'median' | 'mostFrequent';
    readonly train: readonly (number | null)[];
    readonly applied: readonly (number | null)[];
    readonly result: readonly number[];
  }[];
  readonly categories: {
    readonly train: readonly string[];
    readonly applied: readonly string[];
    readonly names: readonly string[];
    readonly oneHot: readonly (readonly number[])[];
    readonly known: readonly string[];
    readonly ordinal: readonly number[];
  };
  readonly texts: {
    readonly train: readonly string[];
    readonly applied: readonly string[];
    readonly words: readonly string[];
    readonly counts: readonly (readonly number[])[];
    readonly hashed: Readonly<Record<string, readonly (readonly number[])[]>>;
  };
}

const fixture = JSON.parse(
  readFileSync('test/fixtures/sklearn-preprocessing.json', 'utf8'),
) as Fixture;
const { transform } = data;

const column = (values: readonly unknown[]): data.Table => data.rows(values.map((x) => ({ x })));

/** Fits transforms on some values, and applies them to others. */
function inputs(
  transforms: data.FeatureTransforms[string],
  train: readonly unknown[],
  applied: readonly unknown[],
): number[] {
  return [...data.features({ x: transforms }).fit(column(train)).inputs(column(applied))];
}

function expectNear(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  actual.forEach((value, i) => {
    // Half a unit of float32, and the rounding of sums in double.
    expect(Math.abs(value - expected[i]!)).toBeLessThanOrEqual(
      1e-7 * Math.abs(expected[i]!) + 1e-12,
    );
  });
}

describe('scikit-learn agrees', () => {
  it.each(fixture.scalers.map((each) => [each.kind, each.train.length, each] as const))(
    'with %s of %i rows',
    (kind, _, { train, applied, result }) => {
      expectNear(inputs(transform[kind](), train, applied), result);
    },
  );

  it.each(fixture.imputers.map((each) => [each.by, each] as const))(
    'with filling in by the %s',
    (by, { train, applied, result }) => {
      expectNear(inputs(transform.impute(by), train, applied), result);
    },
  );

  it('with an input for each category', () => {
    const { train, applied, names, oneHot } = fixture.categories;
    const fitted = data.features({ x: transform.oneHot({ unknown: 'zeros' }) }).fit(column(train));
    expect(fitted.inputNames).toEqual(names.map((name) => `x=${name}`));
    expect([...fitted.inputs(column(applied))]).toEqual(oneHot.flat());
  });

  it('with the numbers of categories', () => {
    const { train, known, ordinal } = fixture.categories;
    expect(inputs(transform.ordinal(), train, known)).toEqual(ordinal);
  });

  it('with counts of words', () => {
    const { train, applied, words, counts } = fixture.texts;
    const fitted = data.features({ x: transform.bagOfWords() }).fit(column(train));
    expect(fitted.inputNames).toEqual(words.map((word) => `x ${word}`));
    expect([...fitted.inputs(column(applied))]).toEqual(counts.flat());
  });

  it.each(Object.entries(fixture.texts.hashed))('with words in %s buckets', (buckets, rows) => {
    const { train, applied } = fixture.texts;
    expectNear(inputs(transform.hashedWords(Number(buckets)), train, applied), rows.flat());
  });
});
