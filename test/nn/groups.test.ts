/** Convolutions in groups, depthwise ones, and upsampling: shapes, values at sight, refusals. */
import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';
import { floats, generator } from '../oracle/random.js';

const again = (model: nn.Sequential) =>
  nn.fromJSON(JSON.parse(JSON.stringify(model)) as nn.SequentialJson);

const trainerOf = (model: nn.Sequential) =>
  new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.sgd() });

describe('shapes', () => {
  it.each([
    [nn.conv2d(6, { kernel: [3, 2], groups: 2 }), [6, 7, 6], [3, 2, 2, 6], [6]],
    [nn.conv2d(8, { kernel: 3, groups: 4 }), [6, 6, 8], [3, 3, 1, 8], [8]],
    [nn.depthwiseConv2d({ kernel: [3, 2] }), [6, 7, 4], [3, 2, 4, 1], [4]],
    [
      nn.depthwiseConv2d({ kernel: 3, depthMultiplier: 3, stride: 2, padding: 'same' }),
      ...([[4, 4, 12], [3, 3, 4, 3], [12]] as const),
    ],
  ] as const)('%j has the shapes of Keras', (layer, output, weight, bias) => {
    const model = nn.sequential({ input: [8, 8, 4] }, layer);
    expect(model.outputShape).toEqual(output);
    expect(model.parameters.map(({ shape }) => shape)).toEqual([weight, bias]);
    expect(again(model)).toEqual(model);
  });

  it('weights of a group start with the variance of the channels that it sees', () => {
    const fans = (layer: nn.Layer) => {
      const [weight] = nn.sequential({ input: [8, 8, 4] }, layer).parameters;
      return [weight!.fanIn, weight!.fanOut];
    };
    expect(fans(nn.conv2d(6, { kernel: 3, groups: 2 }))).toEqual([18, 54]);
    expect(fans(nn.depthwiseConv2d({ kernel: 3, depthMultiplier: 2 }))).toEqual([9, 18]);
  });

  it.each([
    [[4, 5, 3], 2, [8, 10, 3]],
    [
      [4, 5, 3],
      [1, 3],
      [4, 15, 3],
    ],
    [[5, 3], 4, [20, 3]],
  ] as const)('[%s] upsampled by %j is [%s]', (input, size, output) => {
    const model = nn.sequential({ input }, nn.upsample({ size }));
    expect(model.outputShape).toEqual(output);
    expect(again(model)).toEqual(model);
  });
});

describe('values', () => {
  it('a depthwise convolution has its filters next to each other', async () => {
    const layer = nn.depthwiseConv2d({ kernel: [1, 2], depthMultiplier: 2 });
    using trainer = trainerOf(nn.sequential({ input: [1, 3, 2] }, layer));
    trainer.setParameters({
      // [tap][channel][filter]
      'depthwiseConv2d1.weight': Float32Array.of(1, 10, 100, 1000, 2, 20, 200, 2000),
      'depthwiseConv2d1.bias': Float32Array.of(0, 0, 0, 0.5),
    });
    const y = await trainer.predict(Float32Array.of(1, 2, 3, 4, 5, 6));
    expect([...y]).toEqual([7, 70, 1000, 10000.5, 13, 130, 1600, 16000.5]);
  });

  it('upsampling repeats rows and columns', async () => {
    const x = Float32Array.of(1, 2, 3, 4);
    using picture = trainerOf(nn.sequential({ input: [2, 2, 1] }, nn.upsample({ size: [2, 3] })));
    const [first, second] = [
      [1, 1, 1, 2, 2, 2],
      [3, 3, 3, 4, 4, 4],
    ];
    expect([...(await picture.predict(x))]).toEqual([first, first, second, second].flat());
    using series = trainerOf(nn.sequential({ input: [2, 2] }, nn.upsample({ size: 2 })));
    expect([...(await series.predict(x))]).toEqual([1, 2, 1, 2, 3, 4, 3, 4]);
  });

  /** Outputs and gradients of a layer with these weights on three pictures. */
  function outcome(layer: nn.Layer, weight: Float32Array) {
    const model = nn.sequential({ input: [5, 6, 4] }, layer, nn.flatten());
    using trainer = trainerOf(model);
    const [name] = Object.keys(trainer.parameters());
    trainer.setParameters({ ...trainer.parameters(), [name!]: weight });
    const inputs = floats(generator(1), 3 * 120);
    const labels = new Float32Array(3 * model.outputShape[0]!);
    using set = data.fromArrays({ inputs, shape: [3, 5, 6, 4], labels });
    const { loss, gradients } = trainer.gradients(set, Uint32Array.of(0, 1, 2));
    return [loss, ...Object.values(gradients).map((gradient) => [...gradient])];
  }

  it('a convolution in as many groups as channels has the bits of a depthwise one', () => {
    const weight = floats(generator(2), 9 * 8);
    expect(outcome(nn.conv2d(8, { kernel: 3, groups: 4 }), weight)).toEqual(
      outcome(nn.depthwiseConv2d({ kernel: 3, depthMultiplier: 2 }), weight),
    );
  });
});

describe('refusals', () => {
  const onPictures = (layer: nn.Layer, input = [8, 8, 4]) => nn.sequential({ input }, layer);

  it.each([
    ['no groups', () => nn.conv2d(4, { kernel: 3, groups: 0 }), 'RANGE', 'conv2d.groups'],
    ['half a group', () => nn.conv1d(4, { kernel: 3, groups: 1.5 }), 'TYPE', 'conv1d.groups'],
    ['groups of filters', () => nn.conv2d(4, { kernel: 3, groups: 3 }), 'RANGE', 'conv2d.groups'],
    [
      'groups that do not divide the channels',
      () => onPictures(nn.conv2d(6, { kernel: 3, groups: 3 })),
      'SHAPE',
      'layers[0]',
    ],
    ['no options', () => nn.depthwiseConv2d(undefined as never), 'TYPE', 'depthwiseConv2d'],
    ['filters', () => nn.depthwiseConv2d(8 as never), 'TYPE', 'depthwiseConv2d'],
    [
      'a multiplier of 0',
      () => nn.depthwiseConv2d({ kernel: 3, depthMultiplier: 0 }),
      'RANGE',
      'depthwiseConv2d.depthMultiplier',
    ],
    [
      'flat examples',
      () => onPictures(nn.depthwiseConv2d({ kernel: 3 }), [64]),
      'SHAPE',
      'layers[0]',
    ],
    ['no size', () => nn.upsample({} as never), 'TYPE', 'upsample.size'],
    ['a size of 0', () => nn.upsample({ size: [2, 0] }), 'RANGE', 'upsample.size[1]'],
    [
      'flat examples to upsample',
      () => onPictures(nn.upsample({ size: 2 }), [8]),
      'SHAPE',
      'layers[0]',
    ],
    [
      'two sizes of a series',
      () => onPictures(nn.upsample({ size: [2, 2] }), [8, 2]),
      'SHAPE',
      'layers[0]',
    ],
    [
      'a picture that would be too large',
      () => onPictures(nn.upsample({ size: 2 ** 29 })),
      'SHAPE',
      'layers[0]',
    ],
    [
      'another interpolation',
      () => nn.upsample({ size: 2, interpolation: 'bilinear' } as never),
      'UNKNOWN_OPTION',
      'upsample.interpolation',
    ],
  ])('refuse %s', async (_, body, code, path) => {
    const error = await failure(body);
    expect([error.code, error.path]).toEqual([code, path]);
  });
});
