/** Layers at the border: what the addon refuses before it allocates anything. */
import { describe, expect, it } from 'vitest';
import { native } from '../../src/native.js';
import { nn, optim } from '../../src/index.js';
import { planTrainer } from '../../src/train/build.js';
import { failure } from '../oracle/failure.js';

const model = nn.sequential({ input: [4] }, nn.dense(3), nn.batchNorm(), nn.dense(2));
const { native: options } = planTrainer({
  model,
  loss: 'meanSquaredError',
  optimizer: optim.sgd(),
  device: 'reference',
});
const [first, ...others] = options.layers;
const code = async (change: object) =>
  (await failure(() => new native.Trainer({ ...options, ...change }))).code;

/** A network of this layer alone, and how to make it with a changed one. */
function alone(layer: Parameters<typeof nn.sequential>[1], input = [4]) {
  const { native: options } = planTrainer({
    model: nn.sequential({ input }, layer),
    loss: 'meanSquaredError',
    optimizer: optim.sgd(),
    device: 'reference',
  });
  const only = options.layers[0]!;
  const make = (change: object) =>
    new native.Trainer({ ...options, layers: [{ ...only, ...change }] });
  return { make, only };
}

/** A layer of each kind whose input decides the number of its outputs. */
const layers = [
  ['activation', nn.relu()],
  ['softmax', nn.softmax()],
  ['dropout', nn.dropout(0.5)],
  ['batchNorm', nn.batchNorm()],
  ['layerNorm', nn.layerNorm()],
  ['rmsNorm', nn.rmsNorm()],
  ['groupNorm', nn.groupNorm(2)],
  ['embedding', nn.embedding(5, 3)],
] as const;

/** A layer of each kind that looks at pictures of 4 × 5 pixels and 3 channels. */
const windows = [
  ['convolution', nn.conv2d(2, { kernel: 2 })],
  ['groupedConvolution', nn.conv2d(6, { kernel: 2, groups: 2 })],
  ['depthwiseConvolution', nn.depthwiseConv2d({ kernel: 2, depthMultiplier: 2 })],
  ['upsample', nn.upsample({ size: [2, 3] })],
  ['maxPool', nn.maxPool2d({ kernel: 2 })],
  ['averagePool', nn.averagePool2d({ kernel: 2 })],
] as const;
const picture = [4, 5, 3];

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

  it.each(layers)('refuses outputs that are none of %s', async (_, layer) => {
    const { make, only } = alone(layer);
    make({}).dispose();
    for (const outputs of [only.outputs - 1, only.outputs + 1, 2 * only.outputs])
      expect((await failure(() => make({ outputs }))).code).toBe('SHAPE');
  });

  it('has no other kind of layer than those, dense and add', () => {
    const tried = [...layers, ...windows].map(([kind]) => kind);
    expect([...native.names.layers].sort()).toEqual([...tried, 'dense', 'add'].sort());
  });

  it.each(windows)('refuses windows that do not fit the numbers of %s', async (kind, layer) => {
    const shape = kind === 'groupedConvolution' ? [4, 5, 4] : picture;
    const { make, only } = alone(layer, shape);
    expect(only.kind).toBe(kind);
    make({}).dispose();
    const refused = async (change: object) => (await failure(() => make(change))).code;
    const withFields = (fields: object) => refused({ fields: { ...only.fields, ...fields } });
    for (const outputs of [only.outputs - 1, only.outputs + 1, 2 * only.outputs])
      expect(await refused({ outputs })).toBe('SHAPE');
    for (const inputs of [59, 61, 120]) expect(await refused({ inputs })).toBe('SHAPE');
    for (const name of ['height', 'width', 'channels', 'outHeight', 'outWidth'])
      for (const value of [7, 2 ** 31 - 1])
        expect(await withFields({ [name]: value })).toBe('SHAPE');
    for (const name of Object.keys(only.fields).filter((name) =>
      /height|width|top|left/i.test(name),
    ))
      for (const value of [-1, 0.5, NaN, 2 ** 31, 2 ** 53])
        expect(await withFields({ [name]: value }), name).toMatch(/RANGE|TYPE/);
    expect(await withFields({ strideHeight: undefined })).toBe('TYPE');
  });

  it('refuses windows whose patches would overflow, or that have holes in a pool', async () => {
    const { make, only } = alone(nn.conv2d(2, { kernel: 2 }), picture);
    const refused = async (fields: object) =>
      (await failure(() => make({ fields: { ...only.fields, ...fields } }))).code;
    const huge = 2 ** 31 - 1;
    expect(await refused({ kernelHeight: huge, kernelWidth: huge })).toBe('OVERFLOW');
    expect(await refused({ kernelHeight: 2 ** 26, kernelWidth: 2 ** 26 })).toBe('OVERFLOW');
    for (const layer of [nn.maxPool2d({ kernel: 2 }), nn.averagePool2d({ kernel: 2 })]) {
      const { make, only } = alone(layer, picture);
      for (const fields of [
        { dilationWidth: 2 },
        { top: 2 },
        { strideHeight: 5 },
        ...(only.kind === 'maxPool' ? [{ kernelHeight: huge, kernelWidth: 2 }] : []),
      ])
        expect((await failure(() => make({ fields: { ...only.fields, ...fields } }))).code).toBe(
          'SHAPE',
        );
    }
  });

  it('refuses groups that leave a rest, and copies that do not cover a picture', async () => {
    const { make, only } = alone(nn.conv2d(6, { kernel: 2, groups: 2 }), [4, 5, 4]);
    const groups = async (value: unknown) =>
      (await failure(() => make({ fields: { ...only.fields, groups: value } }))).code;
    for (const value of [3, 4, 5, 2 ** 53]) expect(await groups(value)).toBe('SHAPE');
    for (const value of [0, -2, 1.5]) expect(await groups(value)).toBe('RANGE');
    expect(await groups(undefined)).toBe('TYPE');
    const large = alone(nn.upsample({ size: 2 }), picture);
    for (const name of ['kernelHeight', 'strideWidth', 'dilationHeight', 'top', 'left'])
      for (const value of [3, 5, 2 ** 31 - 1])
        expect(
          (await failure(() => large.make({ fields: { ...large.only.fields, [name]: value } })))
            .code,
        ).toBe('SHAPE');
    const depthwise = alone(nn.depthwiseConv2d({ kernel: 2 }), picture);
    const fields = {
      ...depthwise.only.fields,
      kernelHeight: 2 ** 31 - 1,
      kernelWidth: 2 ** 31 - 1,
    };
    expect((await failure(() => depthwise.make({ fields }))).code).toBe('OVERFLOW');
  });

  it('refuses a sum that is wider or narrower than what it adds', async () => {
    const add = { ...others[1]!, kind: 'add', from: [0, 0], inputs: 4, fields: {} };
    const sum = (outputs: number) =>
      code({
        layers: [{ ...add, outputs }],
        statistics: [],
        names: [],
        lengths: [],
        groups: [],
        initials: [],
      });
    for (const outputs of [1, 3, 5, 8]) expect(await sum(outputs)).toBe('SHAPE');
  });

  it('refuses positions of a dense layer or a softmax that leave a rest', async () => {
    const cases = [
      [alone(nn.dense(3), [2, 4]), 'positions', [3, 4, 6, 8, 2 ** 53]],
      [alone(nn.softmax(), [2, 4]), 'columns', [3, 5, 16, 2 ** 53]],
    ] as const;
    for (const [{ make, only }, name, rests] of cases) {
      const refused = async (value: unknown) =>
        (await failure(() => make({ fields: { ...only.fields, [name]: value } }))).code;
      make({}).dispose();
      for (const value of rests) expect(await refused(value), `${name} ${value}`).toBe('SHAPE');
      for (const value of [0, -1, 0.5, NaN]) expect(await refused(value)).toBe('RANGE');
      expect(await refused(undefined)).toBe('TYPE');
    }
  });

  it('refuses rows and groups that leave a rest', async () => {
    const { make: norm, only } = alone(nn.groupNorm(2));
    for (const fields of [{ channels: 3 }, { channels: 8 }, { groups: 3 }, { groups: 8 }])
      expect((await failure(() => norm({ fields: { ...only.fields, ...fields } }))).code).toBe(
        'SHAPE',
      );
    for (const kind of [nn.batchNorm(), nn.layerNorm(), nn.rmsNorm()]) {
      const { make, only } = alone(kind);
      for (const columns of [3, 8])
        expect((await failure(() => make({ fields: { ...only.fields, columns } }))).code).toBe(
          'SHAPE',
        );
    }
  });

  it('refuses a network without layers', async () => {
    expect(await code({ layers: [] })).toBe('SHAPE');
  });

  it('refuses a table that is not the first layer', async () => {
    const { only } = alone(nn.embedding(5, 3));
    const owned = {
      names: ['weight', 'bias', 'table'],
      lengths: [12, 3, 15],
      groups: [0, 0, 0],
      initials: [0, 1, 2].map(() => options.initials[0]!),
      statistics: [],
    };
    for (const place of [
      { from: [1], inputs: 3, outputs: 9 },
      { from: [0], inputs: 4, outputs: 12 },
    ])
      expect(await code({ ...owned, layers: [first!, { ...only, ...place }] })).toBe('SHAPE');
  });

  it('refuses more numbers than can be counted', async () => {
    const wide = { ...first!, inputs: 2 ** 40, outputs: 2 ** 40 };
    expect(await code({ layers: [wide, ...others] })).toBe('OVERFLOW');
  });
});
