/** Schedules that optax has agree with its values (script/fixtures/optax_schedules.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schedule } from '../../src/index.js';
import { largestError } from '../oracle/random.js';

const file = join(__dirname, '..', 'fixtures', 'optax-schedules.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly optax: string;
  readonly cases: readonly { readonly value: object; readonly values: readonly number[] }[];
};

describe(`optax ${fixture.optax}`, () => {
  it.each(fixture.cases)('$value', ({ value, values }) => {
    const ours = schedule.check('value', value);
    const at = values.map((_, step) => schedule.valueAt(ours, step));
    expect(largestError(at, values, 1e-3)).toBeLessThan(1e-12);
  });
});
