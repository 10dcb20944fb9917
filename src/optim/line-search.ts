/** Line searches: how far to go along a direction in which the objective falls. */

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
  /** Infinite where the objective is no number. */
  readonly value: number;
  readonly slope: number;
}

/** A direction out of a point: `start` is its trial at 0. */
export interface Line {
  readonly start: Trial;
  /** The largest element of the direction, by amount. */
  readonly extent: number;
  at(t: number): Promise<Trial>;
}

/** What a search is told; see `optim.lbfgs` for ranges. */
export interface WolfeLimits {
  /** c₁: the share of the promised decrease that must come true. */
  readonly decrease: number;
  /** c₂: the share of the first slope that may be left. */
  readonly curvature: number;
  /** Evaluations beyond the first. */
  readonly searches: number;
  /** No element of a step smaller than this matters. */
  readonly change: number;
}

/**
 * The minimum of the cubic through two trials, within bounds; their middle where there is none
 * (Nocedal and Wright, Numerical Optimization, 3.59).
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

/** Whether a trial fell short of the decrease that its distance promised. */
function isHigh({ start }: Line, trial: Trial, decrease: number): boolean {
  return !(trial.value <= start.value + decrease * trial.t * start.slope);
}

/** Whether the slope has flattened enough. */
function isFlat({ start }: Line, trial: Trial, curvature: number): boolean {
  return Math.abs(trial.slope) <= -curvature * start.slope;
}

/** A bracket around points that meet the conditions; `found` is one of them. */
interface Bracketed {
  readonly found?: Trial;
  readonly ends: readonly [Trial, Trial];
  readonly searches: number;
}

/** Goes outward until a bracket, or a trial that meets both conditions, is found. */
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
 * Where to look in a bracket. A cubic's minimum that crowds one end twice in a row is moved off it:
 * otherwise the bracket would hardly shrink.
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
 * A step that meets the strong Wolfe conditions, found by bracketing and zooming with cubic
 * interpolation (Nocedal and Wright, algorithms 3.5 and 3.6, with the safeguards of PyTorch's
 * `strong_wolfe`); or the lowest trial, where the searches run out. Where nothing is lower than the
 * start, the start.
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
 * The first of t, t · shrink, t · shrink², … with the decrease that its distance promises (Armijo's
 * condition); the start where none of `searches` has it.
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
