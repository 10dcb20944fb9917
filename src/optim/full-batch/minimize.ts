/** Minimises a function, or the loss of a whole data set. Each step makes a line search. */
import { setImmediate } from 'node:timers/promises';
import { checkArray, isArrayOf } from '../../arrays.js';
import { ThalwegError } from '../../errors.js';
import { checkNumber, checkOptions, describe, wrongType } from '../../options.js';
import { checkList } from '../../values.js';
import { type FullBatchMethod, dot, largest, startDescent } from './full-batch.js';
import type { Line, Point, Trial } from './line-search.js';
import {
  type MinimizeHistory,
  type MinimizeIteration,
  type MinimizeOptions,
  type MinimizePlan,
  type MinimizeReason,
  minimizeKeys,
  planMinimize,
} from './minimize-options.js';
import { fallsForever } from './unbounded.js';

/** The result of {@link minimize}. */
export interface Minimum extends MinimizeHistory {
  /** The last point. */
  readonly x: Float64Array;
  /** The gradient at this point. */
  readonly gradient: Float64Array;
}

/** Writes the gradient at `x` into `gradient` and returns the value there. */
export type ObjectiveFunction = (
  x: Float64Array,
  gradient: Float64Array,
) => number | Promise<number>;

/** A long run lets the event loop turn once in so many milliseconds. */
const longestStretch = 20;

/** A run has run away where its point is so many times as large as the start. */
const runaway = 1e15;

/** Ends a run after its signal was aborted. */
class Aborted extends Error {}

/** A running minimisation. */
export class Minimization {
  readonly #plan: MinimizePlan;
  readonly #evaluate: (x: Float64Array) => Promise<Point>;
  readonly #iterations: MinimizeIteration[] = [];
  readonly #start = performance.now();
  #lastPause = performance.now();
  #evaluations = 0;
  /** The last step; empty before the first. */
  #lastStep: Float64Array = new Float64Array(0);
  /** True after the objective has been −Infinity. */
  #hasFallenForever = false;

  constructor(plan: MinimizePlan, evaluate: (x: Float64Array) => Promise<Point>) {
    this.#plan = plan;
    this.#evaluate = evaluate;
  }

  /** Minimises from `x` on, and calls `accept` with each point that it keeps. */
  async run(x: Float64Array, accept: (point: Point) => void = () => undefined): Promise<Minimum> {
    let point: Point = { x, value: NaN, gradient: new Float64Array(x.length).fill(NaN) };
    const keep = async (next: Point, step: number): Promise<void> => {
      point = next;
      accept(point);
      await this.#record(point, step);
    };
    const end = (reason: MinimizeReason) => ({ ...point, iterations: this.#iterations, reason });
    try {
      await keep(await this.#first(x), 0);
      const reason = await this.#descend(point, keep);
      return end((await this.#isUnbounded(reason, point, x)) ? 'unbounded' : reason);
    } catch (error) {
      if (error instanceof Aborted) return end('aborted');
      throw error;
    }
  }

  /** Goes from point to point, each of which `keep` gets, until there is a reason to end. */
  async #descend(
    first: Point,
    keep: (point: Point, step: number) => Promise<void>,
  ): Promise<MinimizeReason> {
    const descent = startDescent(this.#plan.method);
    let point = first;
    for (let i = 0; i < this.#plan.iterations && !this.#isFlat(point); ++i) {
      const line = this.#line(point, descent.direction(point.gradient));
      const firstStep = i === 0 ? Math.min(1, 1 / taxicab(point.gradient)) : undefined;
      const trial = isFalling(line)
        ? await descent.search(line, firstStep, this.#plan.changeTolerance)
        : line.start;
      if (!(trial.value < point.value)) {
        if (descent.forget()) continue; // steepest descent may still find something lower
        return this.#isBeyondNumbers(line) ? 'unbounded' : 'stalled';
      }
      const before = point;
      point = trial.point;
      const step = (this.#lastStep = subtract(point.x, before.x));
      descent.learn(step, subtract(point.gradient, before.gradient));
      await keep(point, trial.t);
      if (this.#hasSettled(step, before.value - point.value))
        return this.#isFlat(point) ? 'gradient' : 'change';
    }
    return this.#isFlat(point) ? 'gradient' : 'iterations';
  }

  #isFlat({ gradient }: Point): boolean {
    return largest(gradient) <= this.#plan.gradientTolerance;
  }

  #hasSettled(step: Float64Array, decrease: number): boolean {
    const { changeTolerance } = this.#plan;
    return largest(step) <= changeTolerance || decrease < changeTolerance;
  }

  /** Evaluates the start. Its value must be finite, because no other could be lower than NaN. */
  async #first(x: Float64Array): Promise<Point> {
    this.#evaluations++;
    const point = await this.#evaluate(x);
    if (Number.isFinite(point.value) && Number.isFinite(largest(point.gradient))) return point;
    throw new ThalwegError({
      code: 'NONFINITE',
      path: 'start',
      received: `a value of ${point.value}, a largest gradient of ${largest(point.gradient)}`,
      expected: 'a finite value and gradient',
      remedy: 'start elsewhere, or look for the operation that overflows',
    });
  }

  #line(from: Point, direction: Float64Array): Line {
    const start = {
      t: 0,
      point: from,
      value: from.value,
      slope: dot(from.gradient, direction),
    };
    const at = async (t: number): Promise<Trial> => {
      await this.#letEventsRun();
      const x = from.x.map((value, i) => value + t * direction[i]!);
      this.#evaluations++;
      const point = await this.#evaluate(x);
      const slope = dot(point.gradient, direction);
      this.#hasFallenForever ||= point.value === -Infinity;
      const isNumber = Number.isFinite(point.value) && Number.isFinite(slope);
      return { t, point, value: isNumber ? point.value : Infinity, slope };
    };
    return { start, extent: largest(direction), at };
  }

  /** Returns true where the objective is negative and its slope overflows. */
  #isBeyondNumbers({ start }: Line): boolean {
    return start.value < 0 && !Number.isFinite(start.slope);
  }

  /**
   * Returns true where the objective falls without end beyond the last point. A small gradient, a short step
   * or a failed search do not exclude this. A run that used up its iterations is tested only where it ran away.
   */
  async #isUnbounded(reason: MinimizeReason, point: Point, first: Float64Array): Promise<boolean> {
    if (this.#plan.isBounded) return false;
    if (this.#hasFallenForever) return true;
    const isFar = largest(point.x) > runaway * Math.max(largest(first), 1);
    if (reason === 'iterations' && !isFar) return false;
    const valueAt = async (x: Float64Array): Promise<number> => {
      await this.#letEventsRun();
      return (await this.#evaluate(x)).value;
    };
    const all = subtract(point.x, first);
    const directions =
      largest(all) > 0 ? [all, this.#lastStep] : [point.gradient.map((slope) => -slope)];
    for (const direction of directions)
      if (await isTrue(fallsForever({ from: point.x, value: point.value, direction }, valueAt)))
        return true;
    return false;
  }

  /** Lets the event loop turn from time to time, so that the signal can be aborted; throws where it was. */
  async #letEventsRun(): Promise<void> {
    if (performance.now() - this.#lastPause > longestStretch) {
      await setImmediate();
      this.#lastPause = performance.now();
    }
    if (this.#plan.signal?.aborted === true) throw new Aborted();
  }

  /** Ends the run from within an objective that has noticed the abort itself. */
  static abort(): never {
    throw new Aborted();
  }

  async #record(point: Point, step: number): Promise<void> {
    const iteration = {
      iteration: this.#iterations.length,
      value: point.value,
      gradientNorm: Math.sqrt(dot(point.gradient, point.gradient)),
      step,
      evaluations: this.#evaluations,
      seconds: (performance.now() - this.#start) / 1000,
    };
    this.#iterations.push(iteration);
    await this.#plan.onIteration?.(iteration);
  }
}

/** Awaits a test beyond the last point; false where the objective refuses such points, or the run is aborted. */
async function isTrue(test: Promise<boolean>): Promise<boolean> {
  try {
    return await test;
  } catch {
    return false;
  }
}

/** Returns false where rounding errors have made a direction flat or ascending: a search along it would fail. */
function isFalling(line: Line): boolean {
  return line.start.slope < 0 && Number.isFinite(line.start.slope);
}

function taxicab(a: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += Math.abs(a[i]!);
  return sum;
}

function subtract(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

function checkStart(value: unknown): Float64Array {
  const given = isArrayOf(value, Float64Array)
    ? [...checkArray('start', value, Float64Array)]
    : value;
  const expected = 'numbers in an array or a Float64Array, at least one';
  return Float64Array.from(checkList('start', given, expected, checkNumber, 1));
}

/**
 * Minimises a smooth function in float64, from `start` downhill, by L-BFGS or gradient descent with a
 * line search. It suits functions of a few to a few million numbers whose gradient is known.
 * `trainer.minimize` minimises the loss of a trainer.
 *
 * @param objective writes its gradient at `x` and returns its value; may be asynchronous. Where the
 * value is NaN or infinite, the line search tries shorter steps. At the end it is also called far beyond
 * the last point, to find out whether it falls without end; errors that it throws there are ignored
 * @param start the first point, which is copied
 * @param method L-BFGS or gradient descent. Default `optim.lbfgs()`
 * @throws ThalwegError (as a rejection) TYPE, RANGE, UNKNOWN_OPTION, NONFINITE at the start; and every
 * error of the objective
 * @example
 * const { x } = await optim.minimize((x, gradient) => {
 *   gradient[0] = 2 * (x[0]! - 3);
 *   return (x[0]! - 3) ** 2;
 * }, [0]);
 */
export async function minimize(
  objective: ObjectiveFunction,
  start: readonly number[] | Float64Array,
  method?: FullBatchMethod,
  options: MinimizeOptions = {},
): Promise<Minimum> {
  if (typeof objective !== 'function')
    throw wrongType(
      'objective',
      objective,
      'a function of x that writes its gradient and returns its value',
    );
  const x = checkStart(start);
  checkOptions('minimize', options, minimizeKeys);
  const plan = planMinimize('minimize', method ?? { kind: 'lbfgs' }, options);
  const evaluate = async (at: Float64Array): Promise<Point> => {
    const gradient = new Float64Array(at.length);
    const value: unknown = await objective(at, gradient);
    if (typeof value === 'number') return { x: at, value, gradient };
    throw new ThalwegError({
      code: 'TYPE',
      path: 'objective',
      received: `a function that returns ${describe(value)}`,
      expected: 'one that returns its value, a number',
    });
  };
  return new Minimization(plan, evaluate).run(x);
}
