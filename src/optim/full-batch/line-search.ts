/** Line searches, which choose the step length along a direction in which the objective falls. */

/** A point, the objective there, and its gradient. */
export interface Point {
  readonly x: Float64Array;
  readonly value: number;
  readonly gradient: Float64Array;
}

/** A point at distance `t` along a direction, with the objective's slope along it. */
export interface Trial {
  readonly t: number;
  readonly point: Point;
  /** The objective's value; Infinity where the objective or its slope is not finite. */
  readonly value: number;
  readonly slope: number;
}

/** A line from a point along a direction; `start` is the trial at distance 0. */
export interface Line {
  readonly start: Trial;
  /** The largest absolute value of the direction's elements. */
  readonly extent: number;
  at(t: number): Promise<Trial>;
}

/** Limits of a search; `optim.lbfgs` states their ranges. */
export interface WolfeLimits {
  /** c₁: the least decrease, as a share of the decrease that the first slope predicts. */
  readonly decrease: number;
  /** c₂: the steepest slope that is accepted, as a share of the first slope. */
  readonly curvature: number;
  /** The most evaluations after the first. */
  readonly searches: number;
  /** The search ends where no element of the point would change by as much as this. */
  readonly change: number;
}

/**
 * Returns the minimum, within bounds, of the cubic through two trials (Nocedal and Wright, Numerical
 * Optimization, 3.59). Where the cubic has none, it returns the middle of the bounds.
 */
function cubicMinimum(a: Trial, b: Trial, low: number, high: number): number {
  const middle = (low + high) / 2;
  const d1 = a.slope + b.slope - (3 * (a.value - b.value)) / (a.t - b.t);
  const square = d1 * d1 - a.slope * b.slope;
  if (!(square >= 0)) return middle;
  const d2 = Math.sqrt(square);
  const [left, right] = a.t <= b.t ? [a, b] : [b, a];
  const t =
    right.t - (right.t - left.t) * ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  return Number.isFinite(t) ? Math.min(Math.max(t, low), high) : middle;
}

/** Returns true where a trial violates Armijo's condition: its decrease is too small for its distance. */
function isHigh({ start }: Line, trial: Trial, decrease: number): boolean {
  return !(trial.value <= start.value + decrease * trial.t * start.slope);
}

/** Returns true where a trial meets the curvature condition: its slope is flat enough. */
function isFlat({ start }: Line, trial: Trial, curvature: number): boolean {
  return Math.abs(trial.slope) <= -curvature * start.slope;
}

/** An interval with points that meet both conditions; `found` is one of them, where the search has found one. */
interface Bracketed {
  readonly found?: Trial;
  readonly ends: readonly [Trial, Trial];
  readonly searches: number;
}

/** Tries larger and larger distances until it finds a bracket, or a trial that meets both conditions. */
async function bracket(line: Line, first: number, limits: WolfeLimits): Promise<Bracketed> {
  let before = line.start;
  let trial = await line.at(first);
  for (let searches = 0; searches < limits.searches; ++searches) {
    const rises = searches > 1 && trial.value >= before.value;
    if (isHigh(line, trial, limits.decrease) || rises) return { ends: [before, trial], searches };
    if (isFlat(line, trial, limits.curvature))
      return { found: trial, ends: [trial, trial], searches };
    if (trial.slope >= 0) return { ends: [before, trial], searches };
    const nearest = trial.t + 0.01 * (trial.t - before.t);
    const next = cubicMinimum(before, trial, nearest, trial.t * 10);
    before = trial;
    trial = await line.at(next);
  }
  return { ends: [line.start, trial], searches: limits.searches };
}

/**
 * Returns the next distance to try in a bracket. Where the cubic's minimum lies close to an end twice in a
 * row, it is moved away from this end; otherwise the bracket would hardly shrink.
 */
function zoomPoint(
  [a, b]: readonly [Trial, Trial],
  hasCrowded: boolean,
): { readonly t: number; readonly crowds: boolean } {
  const low = Math.min(a.t, b.t);
  const high = Math.max(a.t, b.t);
  const t = cubicMinimum(a, b, low, high);
  const margin = 0.1 * (high - low);
  if (Math.min(high - t, t - low) >= margin) return { t, crowds: false };
  if (!hasCrowded && t < high && t > low) return { t, crowds: true };
  const isNearHigh = Math.abs(t - high) < Math.abs(t - low);
  return { t: isNearHigh ? high - margin : low + margin, crowds: false };
}

/**
 * Returns a step that meets the strong Wolfe conditions. It brackets and zooms with cubic interpolation
 * (Nocedal and Wright, algorithms 3.5 and 3.6, with the safeguards of PyTorch's `strong_wolfe`). Where the
 * evaluations run out, it returns the lowest trial, and the start where no trial is lower.
 */
export async function wolfeSearch(line: Line, first: number, limits: WolfeLimits): Promise<Trial> {
  const bracketed = await bracket(line, first, limits);
  if (bracketed.found !== undefined) return bracketed.found;
  const ends: [Trial, Trial] = [...bracketed.ends];
  const lower = (): 0 | 1 => (ends[0].value <= ends[1].value ? 0 : 1);
  let low = lower();
  let hasCrowded = false;
  for (let searches = bracketed.searches; searches < limits.searches; ++searches) {
    if (Math.abs(ends[1].t - ends[0].t) * line.extent < limits.change) break;
    const { t, crowds } = zoomPoint(ends, hasCrowded);
    hasCrowded = crowds;
    const trial = await line.at(t);
    const high = low === 0 ? 1 : 0;
    if (isHigh(line, trial, limits.decrease) || trial.value >= ends[low].value) {
      ends[high] = trial;
      low = lower();
      continue;
    }
    if (isFlat(line, trial, limits.curvature)) return trial;
    if (trial.slope * (ends[high].t - ends[low].t) >= 0) ends[high] = ends[low];
    ends[low] = trial;
  }
  return ends[low];
}

/**
 * Returns the first trial at t, t · shrink, t · shrink², … that meets Armijo's condition. Where none of
 * `searches` trials does, it returns the start.
 */
export async function backtrack(
  line: Line,
  first: number,
  limits: Pick<WolfeLimits, 'decrease' | 'searches'> & { readonly shrink: number },
): Promise<Trial> {
  let t = first;
  for (let searches = 0; searches < limits.searches; ++searches, t *= limits.shrink) {
    const trial = await line.at(t);
    if (!isHigh(line, trial, limits.decrease)) return trial;
  }
  return line.start;
}
