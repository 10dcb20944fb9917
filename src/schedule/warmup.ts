/** The schedule that rises linearly before another schedule begins. */
import {
  blend,
  count,
  define,
  evaluate,
  metricsOf,
  nested,
  number,
  rate,
  startOf,
  unit,
} from './define.js';
import type { Warmup, WarmupOptions } from './kinds.js';
import { since, timeAt } from './position.js';

/**
 * Rises linearly from `initial` to the first value of `into`, and then follows `into` (Goyal et al. 2017).
 * While t < `steps` it is `initial` + (start − `initial`) · t / `steps`, where start is the first value of
 * `into`.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @function
 * @example
 * schedule.warmup({ steps: 500, into: schedule.inverseTime({ initial: 0.1, rate: 1e-3 }) });
 */
export const warmup = define<Warmup, WarmupOptions>({
  kind: 'warmup',
  fields: {
    into: nested(),
    steps: number(count),
    initial: number(rate, ({ into, steps }) => startOf(into) / (steps + 1)),
    unit,
  },
  at: ({ into, steps, initial, unit }, position) => {
    const t = timeAt(position, unit);
    if (t >= steps) return evaluate(into, since(position, steps, unit));
    return blend(startOf(into), initial, t / steps);
  },
  metrics: ({ into }) => metricsOf(into),
});
