/**
 * Every optimizer that PyTorch has agrees with its values (script/fixtures/torch_optimizers.py).
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { optim } from '../../src/index.js';
import type { Optimizer } from '../../src/optim/define.js';
import { largestError } from '../oracle/random.js';

interface Fixture {
  readonly torch: string;
  readonly start: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly name: string;
    readonly factory: string;
    readonly options: object;
    readonly end: readonly number[];
  }[];
}

const file = join(__dirname, '..', 'fixtures', 'torch-optimizers.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const factories = optim as unknown as Record<string, (options: object) => Optimizer>;

describe(`PyTorch ${fixture.torch}, ${fixture.gradients.length} steps`, () => {
  it.each(fixture.cases)('$name', ({ factory, options, end }) => {
    const weight = Float32Array.from(fixture.start);
    using stepper = optim.bind(factories[factory]!(options), { weight });
    for (const gradient of fixture.gradients) stepper.step({ weight: Float32Array.from(gradient) });
    // Sixty roundings lose half an ulp each, of weights about 1.
    expect(largestError(weight, end, 1)).toBeLessThan(4e-6);
  });
});
