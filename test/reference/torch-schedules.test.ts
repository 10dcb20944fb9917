/** Every schedule that PyTorch has agrees with its values (script/fixtures/torch_schedules.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { schedule } from '../../src/index.js';

interface Fixture {
  readonly torch: string;
  readonly cases: readonly {
    readonly kind: string;
    readonly options: object;
    readonly values: readonly number[];
  }[];
  readonly metrics: readonly number[];
  readonly plateaus: readonly {
    readonly options: Partial<schedule.PlateauOptions>;
    readonly values: readonly number[];
  }[];
}

const file = join(__dirname, '..', 'fixtures', 'torch-schedules.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

/** PyTorch multiplies step by step, which makes 150 roundings of half an ulp each. */
function expectClose(ours: readonly number[], theirs: readonly number[]): void {
  expect(ours).toHaveLength(theirs.length);
  ours.forEach((value, i) => {
    expect(Math.abs(value - theirs[i]!)).toBeLessThan(1e-13 * theirs[i]! + 1e-15);
  });
}

describe(`PyTorch ${fixture.torch}`, () => {
  it.each(fixture.cases)('$kind $options', ({ kind, options, values }) => {
    const value = schedule.check(kind, { kind, ...options });
    expectClose(
      values.map((_, step) => schedule.valueAt(value, step)),
      values,
    );
  });

  it.each(fixture.plateaus)('plateau $options', ({ options, values }) => {
    const value = schedule.plateau({ initial: 0.5, ...options });
    const history = fixture.metrics.map((loss) => ({
      loss,
      validation: { loss, accuracy: 1.5 - loss },
    }));
    expectClose(
      values.map((_, epoch) =>
        schedule.valueAt(value, { step: 0, epoch, history: history.slice(0, epoch) }),
      ),
      values,
    );
  });
});
