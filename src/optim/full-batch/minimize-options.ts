/** Options and results of a minimisation. */
import { checkNumber, wrongType } from '../../options.js';
import { isInstance } from '../../values.js';
import { type FullBatchMethod, checkMethod } from './full-batch.js';

/** One step of `optim.minimize` or `trainer.minimize`. */
export interface MinimizeIteration {
  /** The number of the step, from 1; 0 is the start. */
  readonly iteration: number;
  /** The objective's value; of a trainer, the mean loss of the data set. */
  readonly value: number;
  /** Euclidean norm of the gradient. */
  readonly gradientNorm: number;
  /** The distance of the step, in units of the search direction; 0 at the start. */
  readonly step: number;
  /** The number of evaluations of objective and gradient so far. */
  readonly evaluations: number;
  /** Seconds since the call. */
  readonly seconds: number;
}

/** Options of `optim.minimize` and `trainer.minimize`. */
export interface MinimizeOptions {
  /** The most steps, at least 1. Default 100. */
  readonly iterations?: number;
  /** The run ends where no element of the gradient is larger than this; at least 0. Default 1e-7. */
  readonly gradientTolerance?: number;
  /**
   * The run ends where a step lowers the objective by less than this, or changes no parameter by more than
   * this; at least 0. Default 1e-9.
   */
  readonly changeTolerance?: number;
  /** Ends the run with reason `'aborted'` at the last complete step. */
  readonly signal?: AbortSignal;
  /**
   * Called at the start and after each step. A returned promise is awaited, even where the run is aborted
   * meanwhile, so a promise that never settles keeps the run from ending. An error that it throws ends the
   * run.
   */
  readonly onIteration?: (iteration: MinimizeIteration) => unknown;
}

/**
 * The reason why a minimisation ended. `'gradient'` and `'change'` name the tolerance that was met.
 * `'stalled'` means that the line search found no lower value. `'unbounded'` means that the objective has no
 * minimum: it reached −Infinity, or it falls over 24 powers of ten beyond the last point. The loss of a
 * trainer is never unbounded.
 */
export type MinimizeReason =
  'gradient' | 'change' | 'stalled' | 'unbounded' | 'iterations' | 'aborted';

/** The course of a minimisation. */
export interface MinimizeHistory {
  /** The start and every step; empty where the run was aborted before the first evaluation ended. */
  readonly iterations: readonly MinimizeIteration[];
  /** The reason why the minimisation ended. */
  readonly reason: MinimizeReason;
  /** The objective's value at the end; NaN where it is not known. */
  readonly value: number;
}

/** The names of {@link MinimizeOptions}. */
export const minimizeKeys = [
  'iterations',
  'gradientTolerance',
  'changeTolerance',
  'signal',
  'onIteration',
];

/** Checked options of a minimisation. */
export interface MinimizePlan {
  readonly method: FullBatchMethod;
  /** True where the objective is known to have a lower bound. */
  readonly isBounded: boolean;
  readonly iterations: number;
  readonly gradientTolerance: number;
  readonly changeTolerance: number;
  readonly signal: AbortSignal | undefined;
  readonly onIteration: ((iteration: MinimizeIteration) => unknown) | undefined;
}

/** Checks the method and the options. */
export function planMinimize(
  path: string,
  method: unknown,
  options: MinimizeOptions,
  isBounded = false,
): MinimizePlan {
  const { signal, onIteration } = options;
  if (signal !== undefined && !isInstance(signal, AbortSignal))
    throw wrongType(`${path}.signal`, signal, 'an AbortSignal');
  if (onIteration !== undefined && typeof onIteration !== 'function')
    throw wrongType(`${path}.onIteration`, onIteration, 'a function of iterations');
  const number = (name: 'gradientTolerance' | 'changeTolerance', preset: number): number =>
    checkNumber(`${path}.${name}`, options[name] ?? preset, { min: 0 });
  return {
    method: checkMethod(method),
    isBounded,
    iterations: checkNumber(`${path}.iterations`, options.iterations ?? 100, {
      min: 1,
      integer: true,
    }),
    gradientTolerance: number('gradientTolerance', 1e-7),
    changeTolerance: number('changeTolerance', 1e-9),
    signal,
    onIteration,
  };
}
