/** Nested arrays make the data sets of the flat ones, or say which item is wrong. */
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

const all = (set: data.Dataset) =>
  data.gather(
    set,
    Uint32Array.from({ length: set.length }, (_, i) => i),
  );

describe('nested arrays', () => {
  it('have the shape and the numbers of flat ones', () => {
    const set = data.fromArrays({ inputs: [[1, 2], [3, 4], [5, 0.1]], labels: [[0.5], [1.5], [2.5]] }); // prettier-ignore
    const flat = data.fromArrays({
      inputs: Float32Array.of(1, 2, 3, 4, 5, 0.1),
      shape: [3, 2],
      labels: Float32Array.of(0.5, 1.5, 2.5),
    });
    expect(set).toMatchObject({ length: 3, shape: [2], labelKind: 'dense', labelWidth: 1 });
    expect(all(set)).toEqual(all(flat));
  });

  it('may be pictures, or have another shape of the same size', () => {
    const picture = [[[0], [1]], [[2], [3]]]; // prettier-ignore
    const set = data.fromArrays({ inputs: [picture, picture, picture] });
    expect(set.shape).toEqual([2, 2, 1]);
    expect(data.fromArrays({ inputs: [picture, picture], shape: [2, 4] }).shape).toEqual([4]);
  });

  it.each<[string, object, string, string]>([
    ['a short row', { inputs: [[1, 2], [3]] }, 'SHAPE', 'inputs[1]'],
    ['a long row', { inputs: [[1], [3, 4]] }, 'SHAPE', 'inputs[1]'],
    ['a row that is none', { inputs: [[1], 2] }, 'TYPE', 'inputs[1]'],
    ['a deeper item', { inputs: [[1], [[2]]] }, 'TYPE', 'inputs[1][0]'],
    [
      'a missing value',
      {
        inputs: [
          [1, 2],
          [3, null],
        ],
      },
      'TYPE',
      'inputs[1][1]',
    ],
    ['a hole', { inputs: [[1, 2], new Array<number>(2)] }, 'TYPE', 'inputs[1][0]'],
    ['text', { inputs: [['1']] }, 'TYPE', 'inputs[0][0]'],
    ['no column', { inputs: [[], []] }, 'SHAPE', 'shape'],
    ['another shape', { inputs: [[1, 2]], shape: [2, 2] }, 'SHAPE', 'inputs'],
    ['labels of other rows', { inputs: [[1], [2]], labels: [[1]] }, 'SHAPE', 'labels'],
    ['uneven labels', { inputs: [[1], [2]], labels: [[1], [2, 3]] }, 'SHAPE', 'labels[1]'],
    ['scaling', { inputs: [[1]], scale: 2 }, 'UNSUPPORTED', 'scale'],
    ['no rows', { inputs: [] }, 'TYPE', 'inputs'],
    ['a flat array', { inputs: [1, 2], shape: [2, 1] }, 'TYPE', 'inputs'],
  ])('are refused for %s', async (_, options, code, path) => {
    expect(await failure(() => data.fromArrays(options as never))).toMatchObject({ code, path });
  });

  it('are refused where they hold themselves or are too deep', async () => {
    const endless: unknown[] = [];
    endless.push(endless);
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    for (const inputs of [endless, deep])
      expect(await failure(() => data.fromArrays({ inputs } as never))).toMatchObject({
        code: 'TYPE',
      });
  });
});
