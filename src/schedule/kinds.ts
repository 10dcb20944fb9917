/**
 * The union of all kinds of schedules. Schedules that contain schedules are declared here, because their
 * types refer to the union.
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

/** Any schedule. */
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
  /** The parts in their order, one more than the number of borders. */
  readonly parts: readonly (number | Schedule)[];
  /** The unit of `at`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule that follows one schedule after another. */
export interface Sequence {
  /** The kind of schedule. */
  readonly kind: 'sequence';
  /** The times at which the second and later parts begin. */
  readonly at: readonly number[];
  /** The parts in their order. */
  readonly parts: readonly (number | Schedule)[];
  /** The unit of `at`. */
  readonly unit: TimeUnit;
}

/** Options of {@link scale}. */
export interface ScaleOptions {
  /** The schedule that is scaled. */
  readonly schedule: number | Schedule;
  /** The factor: a number, finite and at least 0, or another schedule. */
  readonly factor: number | Schedule;
}

/** A schedule of `factor` · `schedule`. */
export interface Scale extends ScaleOptions {
  /** The kind of schedule. */
  readonly kind: 'scale';
}

/** Options of {@link clamp}. */
export interface ClampOptions {
  /** The schedule that is kept within bounds. */
  readonly schedule: number | Schedule;
  /** The lower bound; finite, at least 0. Default 0. */
  readonly min?: number;
  /** The upper bound; finite, at least `min`. Default the largest number. */
  readonly max?: number;
}

/** A schedule of min(max(`schedule`, `min`), `max`). */
export interface Clamp extends Required<ClampOptions> {
  /** The kind of schedule. */
  readonly kind: 'clamp';
}

/** Options of {@link warmup}. */
export interface WarmupOptions {
  /** The schedule after the rise; its time starts at 0 there. */
  readonly into: number | Schedule;
  /** The length of the rise in `unit`s, an integer, at least 1. */
  readonly steps: number;
  /** The first value; finite, at least 0. Default the first value of `into` divided by `steps` + 1. */
  readonly initial?: number;
  /** The unit of `steps`. Default `'step'`. */
  readonly unit?: TimeUnit;
}

/** A schedule that rises linearly to the start of another schedule, and then follows it. */
export interface Warmup {
  /** The kind of schedule. */
  readonly kind: 'warmup';
  /** The schedule after the rise. */
  readonly into: number | Schedule;
  /** The length of the rise in `unit`s. */
  readonly steps: number;
  /** The first value. */
  readonly initial: number;
  /** The unit of `steps`. */
  readonly unit: TimeUnit;
}
