/** Makes random schedules of every kind, with the bounds that their values must keep. */
import fc from 'fast-check';
import { schedule } from '../../src/index.js';

/** A schedule and its promises. */
export interface Promised {
  readonly value: schedule.Schedule;
  /** The least and the greatest value that it may take. */
  readonly low: number;
  readonly high: number;
  /** True where it never rises. */
  readonly falls: boolean;
}

const rate = fc.double({ min: 0, max: 10, noNaN: true });
const count = fc.integer({ min: 1, max: 300 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const unit = fc.constantFrom<schedule.TimeUnit>('step', 'epoch');
const borders = fc
  .uniqueArray(count, { minLength: 1, maxLength: 6 })
  .map((at) => at.sort((a, b) => a - b));

const promise = (value: schedule.Schedule, low: number, high: number, falls = false): Promised => ({
  value,
  low,
  high,
  falls,
});

/** Kinds that take the same values as another, by the options of their functions. */
const simple: Record<string, fc.Arbitrary<Promised>> = {
  constant: rate.map((value) => promise(schedule.constant(value), value, value, true)),
  stepDecay: fc
    .record({ initial: rate, factor: share, every: count, unit })
    .map((o) => promise(schedule.stepDecay(o), 0, o.initial, true)),
  multiStep: fc
    .record({ initial: rate, factor: share, at: borders, unit })
    .map((o) => promise(schedule.multiStep(o), 0, o.initial, true)),
  exponential: fc
    .record({ initial: rate, rate, unit })
    .map((o) => promise(schedule.exponential(o), 0, o.initial, true)),
  perStepFactor: fc
    .record({ initial: rate, factor: share, unit })
    .map((o) => promise(schedule.perStepFactor(o), 0, o.initial, true)),
  inverseTime: fc
    .record({ initial: rate, rate, unit })
    .map((o) => promise(schedule.inverseTime(o), 0, o.initial, true)),
  inverseSquareRoot: fc
    .record({ peak: rate, warmup: count, unit })
    .map((o) => promise(schedule.inverseSquareRoot(o), 0, o.peak, o.warmup === 1)),
  polynomial: fc
    .record({ initial: rate, final: rate, steps: count, power: fc.constantFrom(0.5, 1, 2), unit })
    .map((o) => {
      const [low, high] = [Math.min(o.initial, o.final), Math.max(o.initial, o.final)];
      return promise(schedule.polynomial(o), low, high, o.final <= o.initial);
    }),
  cosine: fc
    .record({ initial: rate, final: rate, steps: count, warmup: count, unit })
    .map(({ warmup, ...o }) => {
      const value = schedule.cosine({ ...o, warmup: warmup % o.steps });
      const low = value.warmup > 0 ? 0 : Math.min(o.initial, o.final);
      const falls = value.warmup === 0 && o.final <= o.initial;
      return promise(value, low, Math.max(o.initial, o.final), falls);
    }),
  warmRestarts: fc.record({ initial: rate, period: count, peakFactor: share, unit }).chain((o) =>
    fc.record({ periodFactor: fc.integer({ min: 1, max: 4 }), final: rate }).map((more) => {
      const [a, b] = [o.initial, more.final];
      return promise(schedule.warmRestarts({ ...o, ...more }), Math.min(a, b), Math.max(a, b));
    }),
  ),
  oneCycle: fc
    .record({
      peak: rate,
      initial: rate,
      final: rate,
      steps: count,
      rise: fc.double({ min: 0.01, max: 0.5, noNaN: true }),
      shape: fc.constantFrom('cosine' as const, 'linear' as const),
      threePhase: fc.boolean(),
      unit,
    })
    .map((o) => {
      const ends = [o.peak, o.initial, o.final];
      return promise(schedule.oneCycle(o), Math.min(...ends), Math.max(...ends));
    }),
  cyclic: fc
    .record({ low: rate, height: rate, rise: count, fall: count, cycleFactor: share, unit })
    .map(({ height, ...o }) =>
      promise(schedule.cyclic({ ...o, high: o.low + height }), o.low, o.low + height),
    ),
  warmupStableDecay: fc
    .record({
      peak: rate,
      final: rate,
      warmup: fc.nat(50),
      stable: fc.nat(50),
      decay: count,
      shape: fc.constantFrom('linear' as const, 'cosine' as const, 'squareRoot' as const),
      unit,
    })
    .map((o) => promise(schedule.warmupStableDecay(o), 0, Math.max(o.peak, o.final))),
  piecewise: fc
    .record({ at: borders, unit })
    .chain((o) =>
      fc
        .array(rate, { minLength: o.at.length + 1, maxLength: o.at.length + 1 })
        .map((values) =>
          promise(schedule.piecewise({ ...o, values }), Math.min(...values), Math.max(...values)),
        ),
    ),
  plateau: fc
    .record({
      initial: rate,
      factor: fc.double({ min: 0, max: 0.99, noNaN: true }),
      patience: fc.nat(5),
      cooldown: fc.nat(5),
      threshold: share,
      thresholdMode: fc.constantFrom('relative' as const, 'absolute' as const),
      metric: fc.constantFrom('loss' as const, 'validation.loss' as const),
    })
    .map((o) => promise(schedule.plateau(o), 0, o.initial)),
};

const anySimple = fc.oneof(...Object.values(simple));

const combined: Record<string, fc.Arbitrary<Promised>> = {
  warmup: fc
    .record({ inner: anySimple, steps: count, unit })
    .map(({ inner, ...o }) => promise(schedule.warmup({ ...o, into: inner.value }), 0, inner.high)),
  sequence: fc
    .record({ at: borders, unit })
    .chain((o) =>
      fc
        .array(anySimple, { minLength: o.at.length + 1, maxLength: o.at.length + 1 })
        .map((parts) =>
          promise(
            schedule.sequence({ ...o, parts: parts.map(({ value }) => value) }),
            Math.min(...parts.map(({ low }) => low)),
            Math.max(...parts.map(({ high }) => high)),
          ),
        ),
    ),
  scale: fc
    .record({ inner: anySimple, factor: rate })
    .map(({ inner, factor }) =>
      promise(
        schedule.scale({ schedule: inner.value, factor }),
        inner.low * factor,
        inner.high * factor,
        inner.falls,
      ),
    ),
  clamp: fc
    .record({ inner: anySimple, min: rate, width: rate })
    .map(({ inner, min, width }) =>
      promise(
        schedule.clamp({ schedule: inner.value, min, max: min + width }),
        min,
        min + width,
        inner.falls,
      ),
    ),
};

/** Makes random schedules by kind. */
export const kinds: Readonly<Record<string, fc.Arbitrary<Promised>>> = { ...simple, ...combined };

/** Makes histories of falling, noisy losses. */
export const history = fc.array(fc.record({ loss: rate, validation: fc.record({ loss: rate }) }), {
  maxLength: 40,
});
