/** Layers at the border: what the addon refuses before it allocates anything. */
import { describe, expect, it } from 'vitest';
import { native } from '../../src/native.js';
import { nn, optim } from '../../src/index.js';
import { planTrainer } from '../../src/train/build.js';
import { failure } from '../oracle/failure.js';

const model = nn.sequential({ input: [4] }, nn.dense(3), nn.batchNorm(), nn.dense(2));
const { native: options } = planTrainer({
  ...{ model, loss: 'meanSquaredError', optimizer: optim.sgd(), device: 'reference' },
});
const [first, ...others] = options.layers;
const code = async (change: object) =>
  (await failure(() => new native.Trainer({ ...options, ...change }))).code;

describe('the addon', () => {
  it('takes a model as it is lowered', () => {
    new native.Trainer(options).dispose();
  });

  it('refuses a kind that it has not', async () => {
    expect(await code({ layers: [{ ...first!, kind: 'dance' }, ...others] })).toBe('RANGE');
    expect(await code({ layers: [{ ...first!, kind: '' }, ...others] })).toBe('RANGE');
  });

  it('refuses a layer that reads nothing, or a value that nobody has given yet', async () => {
    expect(await code({ layers: [{ ...first!, from: [] }, ...others] })).toBe('SHAPE');
    expect(await code({ layers: [{ ...first!, from: [0, 0] }, ...others] })).toBe('SHAPE');
    expect(await code({ layers: [first!, { ...others[0]!, kind: 'add' }] })).toBe('SHAPE');
    expect(await code({ layers: [{ ...first!, from: [1] }, ...others] })).toBe('RANGE');
    expect(await code({ layers: [{ ...first!, from: [-1] }, ...others] })).toBe('RANGE');
  });

  it('refuses tensors other than those that the layers own', async () => {
    expect(await code({ lengths: options.lengths.map((length) => length - 1) })).toBe('SHAPE');
    expect(await code({ layers: others.map((layer) => ({ ...layer, from: [0] })) })).toBe('SHAPE');
    expect(await code({ statistics: options.statistics.slice(1) })).toBe('SHAPE');
    expect(await code({ statistics: [] })).toBe('SHAPE');
  });

  it('refuses fields that are none', async () => {
    const dense = (fields: object) =>
      code({ layers: [{ ...first!, fields: { ...first!.fields, ...fields } }, ...others] });
    expect(await dense({ activation: 'sine' })).toBe('RANGE');
    const norm = others[0]!;
    const columns = (value: unknown) =>
      code({
        layers: [first!, { ...norm, fields: { ...norm.fields, columns: value } }, others[1]!],
      });
    expect(await columns(0)).toBe('RANGE');
    expect(await columns(1.5)).toBe('RANGE');
    expect(await columns(undefined)).toBe('TYPE');
  });

  it('refuses values of other widths than the layer says', async () => {
    expect(await code({ layers: [first!, { ...others[0]!, from: [0] }] })).toBe('SHAPE');
    const wider = { ...others[0]!, inputs: 4, outputs: 4 };
    expect(await code({ layers: [first!, wider, others[1]!] })).toBe('SHAPE');
    expect(await code({ layers: [{ ...first!, outputs: 0 }, ...others] })).toBe('RANGE');
  });

  it('refuses more numbers than can be counted', async () => {
    const wide = { ...first!, inputs: 2 ** 40, outputs: 2 ** 40 };
    expect(await code({ layers: [wide, ...others] })).toBe('OVERFLOW');
  });
});
