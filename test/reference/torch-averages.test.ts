/** Weight averages agree with torch.optim.swa_utils (script/fixtures/torch_averages.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, average, data, nn, optim } from '../../src/index.js';
import { largestError } from '../oracle/random.js';

interface Weights {
  readonly weight: readonly number[];
  readonly bias: readonly number[];
}
interface Fixture {
  readonly torch: string;
  readonly steps: number;
  readonly rate: number;
  readonly inputs: readonly number[];
  readonly targets: readonly number[];
  readonly start: readonly number[];
  readonly cases: readonly {
    readonly name: string;
    readonly factory: 'ema' | 'polyak' | 'swa';
    readonly options: object;
    readonly raw: Weights;
    readonly averaged: Weights;
  }[];
}

const file = join(__dirname, '..', 'fixtures', 'torch-averages.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const rows = fixture.targets.length;
const features = fixture.start.length;
const set = data.fromArrays({
  inputs: Float32Array.from(fixture.inputs),
  shape: [rows, features],
  labels: Float32Array.from(fixture.targets),
});

describe(`PyTorch ${fixture.torch}, ${fixture.steps} steps`, () => {
  it.each(fixture.cases)('$name', async ({ factory, options, raw, averaged }) => {
    using trainer = new Trainer({
      model: nn.sequential({ input: [features] }, nn.dense(1)),
      loss: 'meanSquaredError',
      optimizer: optim.sgd({ learningRate: fixture.rate }),
      average: average[factory](options),
    });
    trainer.setParameters({
      'dense1.weight': Float32Array.from(fixture.start),
      'dense1.bias': new Float32Array(1),
    });
    await trainer.fit(set, { epochs: fixture.steps, batchSize: 'full', shuffle: false });
    for (const [weights, expected] of [
      ['raw', raw],
      ['averaged', averaged],
    ] as const) {
      const found = trainer.parameters({ weights });
      // Thirty steps of a contraction each lose a little over half an ulp of weights about 1.
      expect(largestError(found['dense1.weight']!, expected.weight, 1)).toBeLessThan(2e-6);
      expect(largestError(found['dense1.bias']!, expected.bias, 1)).toBeLessThan(2e-6);
    }
  });
});
