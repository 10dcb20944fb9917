/** Options and results of a minimisation. */
import { ThalwegError } from '../errors.js';
import { checkNumber, describe } from '../options.js';
import { type FullBatchMethod, checkMethod } from './full-batch.js';

/** One step of `optim.minimize` or `trainer.minimize`. */
export interface MinimizeIteration {
  /** From 1; 0 is the start. */
  readonly iteration: number;
  /** Of the objective: of a trainer, the mean loss of the data set. */
  readonly value: number;
  /** Euclidean norm. */
  readonly gradientNorm: number;
  /** How far the line search went, in units of its direction; 0 at the start. */
  readonly step: number;
  /** Of objective and gradient so far. */
  readonly evaluations: number;
  /** Since the call. */
  readonly seconds: number;
}

/** When to stop, and whom to tell. */
export interface MinimizeOptions {
  /** Steps at most, at least 1. Default 100. */
  readonly iterations?: number;
  /** Ends where no element of the gradient is larger; at least 0. Default 1e-7. */
  readonly gradientTolerance?: number;
  /**
   * Ends where a step changes the objective by less, or no parameter by more; at least 0. Default
   * 1e-9.
   */
  readonly changeTolerance?: number;
  /** Ends the run with reason `'aborted'` at the last whole step. */
  readonly signal?: AbortSignal;
  /**
   * Called with the start and after each step; awaited, also where the run is aborted meanwhile: a promise that
   * never settles keeps the run from ending. What it throws ends the run.
   */
  readonly onIteration?: (iteration: MinimizeIteration) => unknown;
}

/**
 * Why a minimisation ended: `'stalled'` where the line search found nothing lower, `'unbounded'` where the
 * objective falls for ever: to −Infinity, or on and on beyond the point where the run would have ended, over 24 powers of
 * ten. A loss of a trainer never does.
 */
export type MinimizeReason =
  'gradient' | 'change' | 'stalled' | 'unbounded' | 'iterations' | 'aborted';

/** What a minimisation did. */
export interface MinimizeHistory {
  /** The start and every step; none where the run was aborted before it knew the start's value. */
  readonly iterations: readonly MinimizeIteration[];
  /** Why it ended. */
  readonly reason: MinimizeReason;
  /** Of the objective, at the end; NaN where it is not known. */
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

/** Checked options. */
export interface MinimizePlan {
  readonly method: FullBatchMethod;
  /** Whether the objective is known to have a lower bound. */
  readonly isBounded: boolean;
  readonly iterations: number;
  readonly gradientTolerance: number;
  readonly changeTolerance: number;
  readonly signal: AbortSignal | undefined;
  readonly onIteration: ((iteration: MinimizeIteration) => unknown) | undefined;
}

/** The options, checked. */
export function planMinimize(
  path: string,
  method: unknown,
  options: MinimizeOptions,
  isBounded = false,
): MinimizePlan {
  const { signal, onIteration } = options;
  const refuse = (name: string, value: unknown, expected: string): never => {
    const received = describe(value);
    throw new ThalwegError({ code: 'TYPE', path: `${path}.${name}`, received, expected });
  };
  if (signal !== undefined && !(signal instanceof AbortSignal))
    refuse('signal', signal, 'an AbortSignal');
  if (onIteration !== undefined && typeof onIteration !== 'function')
    refuse('onIteration', onIteration, 'a function of iterations');
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
