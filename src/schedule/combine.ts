/**
 * Schedules made of schedules. `sequence` is not named `then`, because `import()` takes a module that
 * exports `then` for a promise.
 */
import {
  borders,
  checkParts,
  checkPlain,
  define,
  evaluate,
  list,
  metricsOf,
  nested,
  number,
  partAt,
  rate,
  unit,
} from './define.js';
import type {
  Clamp,
  ClampOptions,
  Scale,
  ScaleOptions,
  Schedule,
  Sequence,
  SequenceOptions,
} from './kinds.js';
import { since, timeAt } from './position.js';

const schedules = list<number | Schedule, Sequence>(
  (path, value) => checkPlain(path, value) as number | Schedule,
);

/**
 * Follows one schedule until the first border, then the next, and so on. Each part counts its `unit`s from
 * its own beginning. The count of the other unit and the history continue.
 *
 * @throws ThalwegError RANGE, TYPE, MISMATCH, UNKNOWN_OPTION
 * @function
 * @example
 * schedule.sequence({ at: [1000], parts: [0.1, schedule.cosine({ initial: 0.1, steps: 4000 })] });
 */
export const sequence = define<Sequence, SequenceOptions>({
  kind: 'sequence',
  fields: {
    at: borders(),
    parts: (path, value, before) => {
      const parts = schedules(path, value, before);
      checkParts(path, parts, before.at);
      return parts;
    },
    unit,
  },
  at: ({ at, parts, unit }, position) => {
    const index = partAt(timeAt(position, unit), at);
    return evaluate(parts[index]!, index === 0 ? position : since(position, at[index - 1]!, unit));
  },
  metrics: ({ parts }) => parts.flatMap(metricsOf),
});

/**
 * Computes `factor` · `schedule`; each of them is a number or a schedule.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const scale = define<Scale, ScaleOptions>({
  kind: 'scale',
  fields: { schedule: nested(), factor: nested() },
  at: ({ schedule, factor }, position) => evaluate(schedule, position) * evaluate(factor, position),
  metrics: ({ schedule, factor }) => [...metricsOf(schedule), ...metricsOf(factor)],
});

/**
 * Follows `schedule`, but never below `min` or above `max`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 */
export const clamp = define<Clamp, ClampOptions>({
  kind: 'clamp',
  fields: {
    schedule: nested(),
    min: number(rate, 0),
    max: number(({ min }) => ({ min }), Number.MAX_VALUE),
  },
  at: ({ schedule, min, max }, position) =>
    Math.min(Math.max(evaluate(schedule, position), min), max),
  metrics: ({ schedule }) => metricsOf(schedule),
});
