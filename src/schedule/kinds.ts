/**
 * Every kind of schedule as a value. Those that hold schedules stand here, beside the union that their
 * parts are of.
 */
import type { Constant } from './constant.js';
import type { Cosine, WarmRestarts } from './cosine.js';
import type { Cyclic, OneCycle } from './cycle.js';
import type { Exponential, InverseSquareRoot, InverseTime, PerStepFactor } from './decay.js';
import type { Piecewise } from './piecewise.js';
import type { Plateau } from './plateau.js';
import type { Polynomial } from './polynomial.js';
import type { TimeUnit } from './position.js';
import type { MultiStep, StepDecay } from './step-decay.js';
import type { WarmupStableDecay } from './warmup-stable-decay.js';

/** Any schedule as a value. */
export type Schedule =
  | Clamp
  | Constant
  | Cosine
  | Cyclic
  | Exponential
  | InverseSquareRoot
  | InverseTime
  | MultiStep
  | OneCycle
  | PerStepFactor
  | Piecewise
  | Plateau
  | Polynomial
  | Scale
  | Sequence
  | StepDecay
  | Warmup
  | WarmupStableDecay
  | WarmRestarts;

/** Options of {@link sequence}. */
export interface SequenceOptions {
  /** Borders in `unit`s: rising integers, at least 1. */
  readonly at: readonly number[];
  /** One more than there are borders. */
  readonly parts: readonly (number | Schedule)[];
  /** What `at` counts. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** One schedule, then another, … */
export interface Sequence {
  /** Tells the schedules apart. */
  readonly kind: 'sequence';
  /** Where each part but the first begins. */
  readonly at: readonly number[];
  /** The parts in order. */
  readonly parts: readonly (number | Schedule)[];
  /** What `at` counts. */
  readonly unit: TimeUnit;
}

/** Options of {@link scale}. */
export interface ScaleOptions {
  /** What is scaled. */
  readonly schedule: number | Schedule;
  /** Finite, at least 0; or a schedule of its own, and the two are multiplied. */
  readonly factor: number | Schedule;
}

/** `factor` · `schedule`. */
export interface Scale extends ScaleOptions {
  /** Tells the schedules apart. */
  readonly kind: 'scale';
}

/** Options of {@link clamp}. */
export interface ClampOptions {
  /** What is kept within bounds. */
  readonly schedule: number | Schedule;
  /** Finite, at least 0. Default 0. */
  readonly min?: number;
  /** Finite, at least `min`. Default: the largest number. */
  readonly max?: number;
}

/** min(max(`schedule`, `min`), `max`). */
export interface Clamp extends Required<ClampOptions> {
  /** Tells the schedules apart. */
  readonly kind: 'clamp';
}

/** Options of {@link warmup}. */
export interface WarmupOptions {
  /** What follows the rise; its time starts at 0 there. */
  readonly into: number | Schedule;
  /** Length of the rise in `unit`s, an integer, at least 1. */
  readonly steps: number;
  /** The first value; finite, at least 0. Default: start / (`steps` + 1), one even stair. */
  readonly initial?: number;
  /** What `steps` counts. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A straight line to the start of another schedule, and then that schedule. */
export interface Warmup {
  /** Tells the schedules apart. */
  readonly kind: 'warmup';
  /** What follows the rise. */
  readonly into: number | Schedule;
  /** Length of the rise. */
  readonly steps: number;
  /** The first value. */
  readonly initial: number;
  /** What `steps` counts. */
  readonly unit: TimeUnit;
}
