/** Schedules: plain, serialisable values that are pure functions of the position of a run. */
import { checkNumber, isArray, wrongType } from '../options.js';
import { isRevoked } from '../values.js';
import { checkPlain, complete, evaluate, metricsOf } from './define.js';
import type { MetricPath } from '../metrics/path.js';
import type { Schedule } from './kinds.js';
import type { Position } from './position.js';
// Each import registers the kinds of its file, so that values read from a file can have them.
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

/** A schedule written as a function of the number of steps taken so far, and of the whole position. */
export type ScheduleFunction = (step: number, position: Position) => number;

/** A number, a schedule, or a function of the number of steps taken so far, from 0. */
export type Scheduled = number | Schedule | ScheduleFunction;

/** A learning rate that may follow a schedule. */
export type LearningRate = Scheduled;

const wholeNumber = { min: 0, integer: true };

/** Checks a position. The epochs of the history are not checked, because this runs at every step. */
function checkPosition(at: Position | undefined | null): void {
  const { step, epoch, history } = (isRevoked(at) ? {} : (at ?? {})) as Partial<Position>;
  checkNumber('position.step', step, wholeNumber);
  if (epoch !== undefined) checkNumber('position.epoch', epoch, wholeNumber);
  if (history !== undefined && !isArray(history))
    throw wrongType('position.history', history, 'an array of epoch records');
}

/** Acts like {@link valueAt}, but does not check the result of a function; callers check it by their own range. */
export function givenAt(value: Scheduled, at: Position): unknown {
  checkPosition(at);
  return typeof value === 'function' ? value(at.step, at) : evaluate(value, at);
}

/**
 * Returns the value for the step after `position.step` completed steps. Positions may come in any order. The
 * time of a call does not depend on the step; for `plateau` it grows with the number of epochs.
 *
 * @param position the number of steps taken so far, or an object with epochs and history too
 * @throws ThalwegError RANGE or TYPE, also where a function returns no finite number; MISSING where the
 * schedule needs epochs or a history
 */
export function valueAt(value: Scheduled, position: number | Position): number {
  const at = typeof position === 'number' ? { step: position } : position;
  const given =
    typeof value === 'function' || typeof value === 'number'
      ? value
      : (complete('schedule', value) as Schedule);
  return checkNumber(() => `value at step ${at.step}`, givenAt(given, at));
}

/**
 * Checks a number, function or schedule, for example from a file. Returns schedules complete and frozen.
 *
 * @param path the path of the value, for errors
 * @throws ThalwegError TYPE, RANGE, MISMATCH, UNKNOWN_OPTION
 */
export function check(path: string, value: unknown): Scheduled {
  return typeof value === 'function'
    ? (value as ScheduleFunction)
    : (checkPlain(path, value) as number | Schedule);
}

/** Returns the metrics of the history that the value depends on; none for a function. */
export function metricsUsed(value: Scheduled): readonly MetricPath[] {
  return typeof value === 'function' ? [] : metricsOf(value);
}
