import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { every, target, train } from './prepared-cars.js';

const { bagOfWords, cyclic, hashedWords, impute, log1p, number, oneHot, ordinal, standardize } =
  data.transform;

describe('rows that do not fit', () => {
  const one = (transforms: data.FeatureTransforms[string], rows: readonly unknown[]) =>
    data.features({ x: transforms }).fit(data.rows(rows.map((x) => ({ x }))));
  it.each<[string, () => unknown, string, string]>([
    [
      'an unseen category',
      () => one(oneHot(), ['a', 'b']).inputs([{ x: 'a' }, { x: 'c' }]),
      'RANGE',
      'features.x, row 1',
    ],
    [
      'an unseen category for an embedding',
      () => one(ordinal(), ['a']).inputs([{ x: 'c' }]),
      'RANGE',
      'features.x, row 0',
    ],
    [
      'a missing category',
      () => one(oneHot(), ['a']).inputs([{ x: null }, { x: 'a' }]),
      'MISSING',
      'features.x, row 0',
    ],
    [
      'a missing number',
      () => one(standardize(), [1, 2]).inputs([{ x: 1 }, { x: null }]),
      'MISSING',
      'features.x, row 1',
    ],
    [
      'a missing date',
      () => one(cyclic('hour'), ['2026-11-29']).inputs([{ x: null }]),
      'MISSING',
      'features.x, row 0',
    ],
    [
      'text for a number',
      () => one(number(), [1]).inputs([{ x: 'a' }]),
      'TYPE',
      'features.x, row 0',
    ],
    ['a number for a date', () => one(cyclic('hour'), [1]), 'TYPE', 'features.x, row 0'],
    [
      'an infinite number',
      () => one(number(), [1]).inputs([{ x: -Infinity }]),
      'NONFINITE',
      'features.x, row 0',
    ],
    [
      'a number beyond float32',
      () => one(number(), [1]).inputs([{ x: 1e300 }]),
      'RANGE',
      'features.x, row 0',
    ],
    [
      '-1 for a logarithm',
      () => one(log1p(), [0, 1]).inputs([{ x: -1 }]),
      'RANGE',
      'features.x, row 0',
    ],
    [
      'a row without the column',
      () => one(impute('mean'), [1]).inputs([{ y: 1 }]),
      'MISSING',
      'rows[0].x',
    ],
    ['no row', () => one(number(), [1]).inputs([]), 'SHAPE', 'rows'],
    ['no object', () => one(number(), [1]).inputs([7] as never), 'TYPE', 'rows[0]'],
    ['no value to fit by', () => one(standardize(), [null, null]), 'RANGE', 'features.x'],
    ['no category to fit by', () => one(oneHot(), [null]), 'RANGE', 'features.x'],
    ['no word to fit by', () => one(bagOfWords(), ['a', '!']), 'RANGE', 'features.x'],
    ['too many categories', () => one(oneHot({ most: 2 }), ['a', 'b', 'c']), 'RANGE', 'features.x'],
    ['no training row', () => data.features({ x: number() }).fit(data.rows([])), 'RANGE', 'fit'],
    [
      'a column that is not there',
      () => data.features({ powr: number() }).fit(train),
      'MISSING',
      'column',
    ],
    ['no table', () => data.features({ x: number() }).fit([] as never), 'TYPE', 'fit'],
  ])('are refused: %s', async (_, body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
  });

  it('become zeros where one asks for them, and a category where training rows had some', () => {
    expect([...one(oneHot({ unknown: 'zeros' }), ['a', 'b']).inputs([{ x: 'c' }])]).toEqual([0, 0]);
    const withMissing = one(oneHot(), ['a', null, 'b']);
    expect(withMissing.inputNames).toEqual(['x=a', 'x=b', 'x missing']);
    expect([...withMissing.inputs([{ x: null }])]).toEqual([0, 0, 1]);
    expect([...one(hashedWords(4), ['a']).inputs([{ x: null }])]).toEqual([0, 0, 0, 0]);
    expect([...one([impute({ value: 'b' }), oneHot()], ['a', null]).inputs([{ x: null }])]).toEqual(
      [0, 1],
    );
  });

  it('do not matter in other columns', () => {
    expect([...one(number(), [1]).inputs([{ x: 2, y: {} } as never])]).toEqual([2]);
  });
});

describe('labels that do not fit', () => {
  const fit = (learned: data.Target) =>
    data.features({ power: impute('mean') }, { target: learned }).fit(train);
  const unlearned = data.features({ sold: number() }).fit(train);
  it.each<[string, () => unknown, string]>([
    ['an unseen class', () => fit(data.target('origin')).labels([{ origin: 'Mars' }]), 'RANGE'],
    ['a missing class', () => fit(data.target('origin')).labels([{ origin: null }]), 'MISSING'],
    ['a missing value', () => fit(target).labels([{ price: 1 }, { price: null }]), 'MISSING'],
    ['text for a value', () => fit(target).labels([{ price: 'x' }]), 'TYPE'],
    ['transforms of texts', () => fit(data.target('origin', { transform: log1p() })), 'TYPE'],
    ['labels without a target', () => unlearned.labels(train), 'UNSUPPORTED'],
    [
      'values of classes',
      () => fit(data.target('origin')).values(new Float32Array(2)),
      'UNSUPPORTED',
    ],
    ['classes of values', () => fit(target).classes(new Float32Array(2)), 'UNSUPPORTED'],
    [
      'outputs of another width',
      () => fit(data.target('origin')).classes(new Float32Array(3)),
      'SHAPE',
    ],
    [
      'outputs that are no numbers',
      () => fit(data.target('origin')).classes(Float32Array.of(NaN, 1)),
      'NONFINITE',
    ],
  ])('are refused: %s', async (_, body, code) => expect((await failure(body)).code).toBe(code));
});

describe('descriptions', () => {
  it.each<[string, () => unknown, string, string]>([
    ['nothing', () => data.features({}), 'TYPE', 'features'],
    ['a list', () => data.features([number()] as never), 'TYPE', 'features'],
    ['a name', () => data.features({ x: 'standardize' as never }), 'TYPE', 'features.x'],
    [
      'an unknown transform',
      () => data.features({ x: { kind: 'onehot' } as never }),
      'RANGE',
      'features.x.kind',
    ],
    [
      'an encoding before another',
      () => data.features({ x: [oneHot(), standardize()] }),
      'RANGE',
      'features.x[0]',
    ],
    [
      'a hand-written one that is wrong',
      () => data.features({ x: { kind: 'hashedWords', buckets: 0 } }),
      'RANGE',
      'hashedWords',
    ],
    [
      'too many transforms',
      () => data.features({ x: Array.from({ length: 17 }, () => log1p()) }),
      'RANGE',
      'features.x',
    ],
    [
      'a target by its name',
      () => data.features({ x: number() }, { target: 'y' as never }),
      'TYPE',
      'target',
    ],
    [
      'a target that cannot be turned back',
      () => data.target('y', { transform: impute('mean') }),
      'RANGE',
      'target.transform',
    ],
    [
      'transforms of classes',
      () => data.target('y', { as: 'classes', transform: log1p() }),
      'RANGE',
      'target.transform',
    ],
    ['another period', () => cyclic('year' as never), 'RANGE', 'cyclic'],
    ['another way to fill in', () => impute('mode' as never), 'RANGE', 'impute'],
    ['NaN to fill in', () => impute({ value: NaN }), 'RANGE', 'impute.value'],
    ['half a bucket', () => hashedWords(1.5), 'TYPE', 'hashedWords'],
    [
      'an unknown option',
      () => oneHot({ unknwn: 'zeros' } as never),
      'UNKNOWN_OPTION',
      'oneHot.unknwn',
    ],
  ])('refuse %s', async (_, body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
  });
});

describe('hostile values of a file', () => {
  const good = (): never =>
    JSON.parse(JSON.stringify(data.features(every, { target }).fit(train))) as never;
  type Json = {
    [key: string]: unknown;
    features: { column: unknown; steps: Record<string, unknown>[] }[];
    target: Record<string, unknown> & { steps: Record<string, unknown>[] };
  };
  it.each<[string, (json: Json) => unknown, string, string]>([
    ['nothing', () => null, 'FORMAT', 'preprocessing'],
    ['another format', (json) => ({ ...json, format: 'x' }), 'FORMAT', 'preprocessing: format'],
    ['a newer version', (json) => ({ ...json, version: 2 }), 'VERSION', 'preprocessing.version'],
    ['an older version', (json) => ({ ...json, version: 0 }), 'FORMAT', 'preprocessing: version'],
    [
      'no column',
      (json) => (json.features[0]!.column = 3),
      'FORMAT',
      'preprocessing: features[0].column',
    ],
    [
      'no step',
      (json) => (json.features[0]!.steps = []),
      'FORMAT',
      'preprocessing: features[0].steps',
    ],
    [
      'an unknown step',
      (json) => (json.features[0]!.steps[0]!['kind'] = 'toString'),
      'FORMAT',
      'preprocessing: features[0].steps[0].kind',
    ],
    [
      'an encoding in the middle',
      (json) => (json.features[0]!.steps[0]!['kind'] = 'oneHot'),
      'FORMAT',
      'preprocessing: features[0].steps[0].kind',
    ],
    [
      'a scale of 0',
      (json) => (json.features[0]!.steps[2]!['scale'] = 0),
      'FORMAT',
      'preprocessing: features[0].steps[2].scale',
    ],
    [
      'a text as an offset',
      (json) => (json.features[0]!.steps[2]!['offset'] = '1'),
      'FORMAT',
      'preprocessing: features[0].steps[2].offset',
    ],
    [
      'equal categories',
      (json) => (json.features[1]!.steps[0]!['categories'] = ['a', 'a']),
      'FORMAT',
      'preprocessing: features[1].steps[0].categories',
    ],
    [
      'too many buckets',
      (json) => (json.features[1]!.steps[0] = { kind: 'hashedWords', buckets: 2 ** 40 }),
      'FORMAT',
      'preprocessing: features[1].steps[0].buckets',
    ],
    [
      'a target that cannot be turned back',
      (json) => (json.target.steps[0] = { kind: 'impute', value: 1 }),
      'FORMAT',
      'preprocessing: target.steps[0].kind',
    ],
  ])('are refused: %s', async (_, change, code, path) => {
    const json: Json = good();
    const changed = change(json);
    const whole = typeof changed === 'object' && changed !== null && 'features' in changed;
    const given = changed === null || whole ? changed : json;
    const error = await failure(() => data.Preprocessing.fromJSON(given));
    expect([error.code, error.path]).toEqual([code, path]);
  });
});
