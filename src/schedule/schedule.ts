/** Schedules: plain, serialisable values, pure functions of the point of a run. */
import { ThalwegError } from '../errors.js';
import { checkNumber, describe } from '../options.js';
import { checkPlain, evaluate, metricsOf } from './define.js';
import type { MetricPath } from '../metrics/path.js';
import type { Schedule } from './kinds.js';
import type { Position } from './position.js';
// Each file makes its kinds known, so that values read from a file are understood.
import './combine.js';
import './constant.js';
import './cosine.js';
import './cycle.js';
import './decay.js';
import './piecewise.js';
import './plateau.js';
import './polynomial.js';
import './step-decay.js';
import './warmup.js';
import './warmup-stable-decay.js';

/** A schedule of the caller's own: of the steps taken so far, or of all that a schedule sees. */
export type ScheduleFunction = (step: number, position: Position) => number;

/** A number, a schedule, or a function of the steps taken so far (from 0). */
export type Scheduled = number | Schedule | ScheduleFunction;

/** A learning rate that may follow a schedule. */
export type LearningRate = Scheduled;

const wholeNumber = { min: 0, integer: true };

/** Cheap, for every step asks: of a history only that it is one. */
function checkPosition(at: Position | undefined | null): void {
  const { step, epoch, history } = (at ?? {}) as Partial<Position>;
  checkNumber('position.step', step, wholeNumber);
  if (epoch !== undefined) checkNumber('position.epoch', epoch, wholeNumber);
  if (history !== undefined && !Array.isArray(history))
    throw new ThalwegError({
      code: 'TYPE',
      path: 'position.history',
      received: describe(history),
      expected: 'an array of epoch records',
    });
}

/** As {@link valueAt}, but what a function gives is not looked at: callers check it by their own ranges. */
export function givenAt(value: Scheduled, at: Position): unknown {
  checkPosition(at);
  return typeof value === 'function' ? value(at.step, at) : evaluate(value, at);
}

/**
 * The value for the step after `position.step` completed ones. Any step can be asked for, in any
 * order, in time that does not grow with it (`plateau`: with the epochs of the history).
 *
 * @param position the steps taken so far, or those with epochs and history
 * @throws ThalwegError RANGE, TYPE, also where a function gives no finite number; MISSING where the
 * schedule needs epochs or a history
 */
export function valueAt(value: Scheduled, position: number | Position): number {
  const at = typeof position === 'number' ? { step: position } : position;
  return checkNumber(() => `value at step ${at.step}`, givenAt(value, at));
}

/**
 * A number, function or schedule (say, from a file) as it should be: frozen and complete.
 *
 * @param path where it stands, for the error
 * @throws ThalwegError TYPE, RANGE, MISMATCH, UNKNOWN_OPTION
 */
export function check(path: string, value: unknown): Scheduled {
  return typeof value === 'function'
    ? (value as ScheduleFunction)
    : (checkPlain(path, value) as number | Schedule);
}

/** Metrics of the history that the value depends on; none for a function. */
export function metricsUsed(value: Scheduled): readonly MetricPath[] {
  return typeof value === 'function' ? [] : metricsOf(value);
}
