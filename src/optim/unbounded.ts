/** Whether an objective falls for ever: its gradient fades out there as it does at a minimum. */
import { largest } from './full-batch.js';

/** Powers of ten that are looked at: what falls over all of them has no minimum that numbers reach. */
const decades = 24;
/** The first look's distance, as a power of ten times the point's size. */
const nearest = -3;
/** Elements of a direction below this share of the largest are rounding, and far out more than that. */
const negligible = 1e-6;
/** A fall that counts, as a share of the value: less is rounding. */
const visible = 1e-12;
/** The power of ten whose fall is the first that counts: nearer, the point itself hides how the objective falls. */
const clear = 7;
/** By how much a line may bend upward, as a share: rounding bends it, too. */
const straight = 0.01;

/** A ray out of a point, and the objective at the point. */
interface Ray {
  readonly from: Float64Array;
  readonly value: number;
  readonly direction: Float64Array;
}

/**
 * Whether the objective falls all along a ray, from power of ten to power of ten, and does not level off.
 * Where it rises, as behind nearly every minimum, the first look tells.
 *
 * @param valueAt the objective; NaN where it has no value
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
 * Whether the falls of the powers of ten add up to something finite. 1/fall grows along a line for −ln ln x,
 * which just has no bound; it bends upward for what is bounded, as with the square for 1/ln x. What falls
 * between −ln ln x and that, as −ln ln ln x does, counts as bounded; 1/ln x from 10¹⁰⁰ on counts as unbounded.
 */
function levelsOff(falls: readonly number[]): boolean {
  const [first, middle, last] = [clear, (clear + decades - 1) / 2, decades - 1].map(
    (decade) => 1 / falls[decade]!,
  ) as [number, number, number];
  return last > first && (first + last) / 2 > (1 + straight) * middle;
}
