/** The compiler finds these mistakes; `tsc -p tsconfig.test.json` fails where it does not. */
import { expect, expectTypeOf, it } from 'vitest';
import { optim, schedule } from '../../src/index.js';

/** Nobody calls it: each line must be an error to the compiler. */
export function refused(): void {
  // @ts-expect-error -- no steps
  schedule.cosine({ initial: 1 });
  // @ts-expect-error -- a misspelt option
  schedule.cosine({ initial: 1, steps: 5, finale: 0 });
  // @ts-expect-error -- a string for a number
  schedule.cosine({ initial: '1', steps: 5 });
  // @ts-expect-error -- no such unit
  schedule.cosine({ initial: 1, steps: 5, unit: 'batch' });
  // @ts-expect-error -- undefined is not an absent option
  schedule.cosine({ initial: 1, steps: 5, final: undefined });
  // @ts-expect-error -- a number is no options object
  schedule.stepDecay(0.1);
  // @ts-expect-error -- a border alone
  schedule.multiStep({ initial: 1, factor: 0.1, at: 30 });
  // @ts-expect-error -- strings as borders
  schedule.multiStep({ initial: 1, factor: 0.1, at: ['30'] });
  // @ts-expect-error -- an object for a number
  schedule.constant({ value: 1 });
  // @ts-expect-error -- no rate
  schedule.exponential({ initial: 1 });
  // @ts-expect-error -- every belongs to stepDecay
  schedule.perStepFactor({ initial: 1, factor: 0.9, every: 5 });
  // @ts-expect-error -- k is called rate
  schedule.inverseTime({ initial: 1, k: 0.1 });
  // @ts-expect-error -- the highest value is called peak
  schedule.inverseSquareRoot({ initial: 1 });
  // @ts-expect-error -- power is a number
  schedule.polynomial({ initial: 1, steps: 5, power: 'cubic' });
  // @ts-expect-error -- steps is called period
  schedule.warmRestarts({ initial: 1, steps: 5 });
  // @ts-expect-error -- no such shape
  schedule.oneCycle({ peak: 1, steps: 5, shape: 'cos' });
  // @ts-expect-error -- threePhase is true or false
  schedule.oneCycle({ peak: 1, steps: 5, threePhase: 3 });
  // @ts-expect-error -- no high
  schedule.cyclic({ low: 0.1, rise: 5 });
  // @ts-expect-error -- a function is no serialisable part
  schedule.warmup({ into: () => 1, steps: 5 });
  // @ts-expect-error -- no decay
  schedule.warmupStableDecay({ peak: 1, warmup: 5, stable: 5 });
  // @ts-expect-error -- no borders
  schedule.piecewise({ values: [1, 2] });
  // @ts-expect-error -- no such metric
  schedule.plateau({ initial: 1, metric: 'val_loss' });
  // @ts-expect-error -- modes are words in full
  schedule.plateau({ initial: 1, thresholdMode: 'rel' });
  // @ts-expect-error -- plateau counts epochs always
  schedule.plateau({ initial: 1, unit: 'step' });
  // @ts-expect-error -- a schedule of no known kind
  schedule.sequence({ at: [5], parts: [1, { kind: 'linear', initial: 1 }] });
  // @ts-expect-error -- options go in one object
  schedule.scale(1, 0.5);
  // @ts-expect-error -- bounds are numbers
  schedule.clamp({ schedule: 1, min: schedule.constant(1) });
  // @ts-expect-error -- functions give numbers
  schedule.valueAt((step) => String(step), 5);
  // @ts-expect-error -- a position has steps
  schedule.valueAt(1, { epoch: 5 });
  // @ts-expect-error -- a schedule is read only
  schedule.constant(1).value = 2;
  // @ts-expect-error -- a rate is no string
  optim.sgd({ learningRate: '0.1' });
  // @ts-expect-error -- nor an incomplete schedule
  optim.sgd({ learningRate: { kind: 'cosine', initial: 1 } });
}

it('values carry their kind as a type', () => {
  const value = schedule.warmup({ into: schedule.constant(1), steps: 5 });
  expectTypeOf(value.kind).toEqualTypeOf<'warmup'>();
  expectTypeOf(value).toExtend<schedule.Schedule>();
  expectTypeOf<schedule.Schedule>().toExtend<schedule.LearningRate>();
  expectTypeOf(schedule.cosine({ initial: 1, steps: 5 }).final).toEqualTypeOf<number>();
  expect(value).toEqual({
    kind: 'warmup',
    into: { kind: 'constant', value: 1 },
    steps: 5,
    initial: 1 / 6,
    unit: 'step',
  });
});
