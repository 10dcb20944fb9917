/** Optimizers that look at whole tensors, against optax; script/fixtures/optax_optimizers.py. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { optim } from '../../src/index.js';
import { largestError } from '../oracle/random.js';
import { kinds } from '../registry.js';

type Tensors = Readonly<Record<string, readonly number[]>>;

interface Fixture {
  readonly optax: string;
  readonly start: Tensors;
  readonly gradients: readonly Tensors[];
  readonly cases: readonly {
    readonly name: string;
    readonly factory: string;
    readonly options: object;
    readonly end: Tensors;
  }[];
}

const file = join(__dirname, '..', 'fixtures', 'optax-optimizers.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;
const floats = (tensors: Tensors): Record<string, Float32Array> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, values]) => [name, Float32Array.from(values)]),
  );

describe(`optax ${fixture.optax}, ${fixture.gradients.length} steps`, () => {
  it.each(fixture.cases)('$name', ({ factory, options, end }) => {
    const weights = floats(fixture.start);
    using stepper = optim.bind(new Map(kinds).get(factory)!(options), weights);
    for (const gradients of fixture.gradients) stepper.step(floats(gradients));
    // Forty roundings of half an ulp each, of weights up to 3; the values are optax's in float64.
    for (const [name, values] of Object.entries(end))
      expect(largestError(weights[name]!, values, 1), name).toBeLessThan(4e-6);
  });
});
