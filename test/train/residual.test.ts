/** Residual blocks train networks that are too deep for layers in a chain. */
import { beforeAll, describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';

const depth = 16;
const width = 32;

/** Makes `depth` dense layers with relu, each in a block of its own, or one after another. */
function deep(block: (layer: nn.Layer) => nn.Layer): nn.Sequential {
  const layers = Array.from({ length: depth }, () => nn.dense(width, { activation: 'relu' }));
  return nn.sequential({ input: [784] }, nn.dense(width), ...layers.map(block), nn.dense(10));
}

let digits: data.Dataset;
beforeAll(async () => {
  const { train } = await data.mnist();
  const { inputs, labels } = data.gather(
    train,
    Uint32Array.from({ length: 500 }, (_, i) => i),
  );
  digits = data.fromArrays({ inputs, shape: [500, 784], labels: labels! });
});

async function lossOf(model: nn.Sequential): Promise<number> {
  const optimizer = optim.adam({ learningRate: 2e-3 });
  using trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer, seed: 1 });
  const { epochs } = await trainer.fit(digits, { epochs: 6, batchSize: 50 });
  return epochs.at(-1)!.loss;
}

describe(`${depth} layers on digits`, () => {
  it('learn in blocks, and hardly in a chain', async () => {
    const chain = await lossOf(deep((layer) => layer));
    const blocks = await lossOf(deep((layer) => nn.residual([nn.layerNorm(), layer])));
    expect(blocks).toBeLessThan(0.5);
    expect(chain).toBeGreaterThan(1);
  });

  it('learn in blocks with batch norm, also where evaluated by running statistics', async () => {
    const model = deep((layer) => nn.residual([nn.batchNorm(), layer]));
    using trainer = new Trainer({
      model,
      loss: 'softmaxCrossEntropy',
      optimizer: optim.adam({ learningRate: 2e-3 }),
      seed: 1,
    });
    await trainer.fit(digits, { epochs: 6, batchSize: 50 });
    const { loss, accuracy } = await trainer.evaluate(digits);
    expect(loss).toBeLessThan(0.3);
    expect(accuracy).toBeGreaterThan(0.9);
    await trainer.refreshStatistics(digits);
    expect((await trainer.evaluate(digits)).loss).toBeLessThan(0.3);
  });
});
