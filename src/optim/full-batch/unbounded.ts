/** Tests whether an objective falls without end. Its gradient may vanish far out, as it does at a minimum. */
import { largest } from './full-batch.js';

/** The number of powers of ten that are tried. A function that falls over all of them has no reachable minimum. */
const decades = 24;
/** The exponent of the first distance, a power of ten times the size of the point. */
const nearest = -3;
/** Smaller elements of a direction, as a share of the largest, are rounding errors that would grow far out. */
const negligible = 1e-6;
/** The least decrease that counts, as a share of the value; a smaller one may be a rounding error. */
const visible = 1e-12;
/** The index of the first decrease that `levelsOff` uses: at smaller distances the point's size hides the trend. */
const clear = 7;
/** The upward bend of a line that is tolerated, as a share, because rounding errors bend it too. */
const straight = 0.01;

/** A ray from a point, and the objective's value at the point. */
interface Ray {
  readonly from: Float64Array;
  readonly value: number;
  readonly direction: Float64Array;
}

/**
 * Returns true where the objective falls along a ray at every power of ten, and does not level off. Beyond
 * nearly every minimum it rises, so the first evaluation usually decides.
 *
 * @param valueAt returns the objective's value, NaN where it has none
 */
export async function fallsForever(
  { from, value, direction }: Ray,
  valueAt: (x: Float64Array) => Promise<number>,
): Promise<boolean> {
  const extent = largest(direction);
  if (!(extent > 0) || !Number.isFinite(extent)) return false;
  const ray = direction.map((each) => (Math.abs(each) < negligible * extent ? 0 : each / extent));
  let before = value;
  const size = Math.max(largest(from), 1);
  const falls: number[] = [];
  for (let decade = 0; decade < decades; decade++) {
    const here = size * 10 ** (nearest + decade);
    const found = await valueAt(from.map((each, i) => each + here * ray[i]!));
    if (found === -Infinity) return true;
    const fall = before - found;
    if (!(fall > visible * Math.abs(before))) return false;
    falls.push(fall);
    before = found;
  }
  return !levelsOff(falls);
}

/**
 * Returns true where the decreases per power of ten add up to a finite sum. Their reciprocals grow along a
 * line for −ln ln x, which is only just unbounded, and along a curve that bends upward for bounded functions
 * such as 1/ln x. The test errs for slower functions: −ln ln ln x counts as bounded, and 1/ln x beyond
 * x = 10¹⁰⁰ as unbounded.
 */
function levelsOff(falls: readonly number[]): boolean {
  const [first, middle, last] = [clear, (clear + decades - 1) / 2, decades - 1].map(
    (decade) => 1 / falls[decade]!,
  ) as [number, number, number];
  return last > first && (first + last) / 2 > (1 + straight) * middle;
}
