/** Whether an objective falls for ever: its gradient fades out there as it does at a minimum. */
import { largest } from './full-batch.js';

/** Powers of ten that are looked at: what falls over all of them has no minimum that numbers reach. */
const decades = 24;
/** The first look's distance, as a share of the point's size. */
const nearest = 1e-3;
/** Elements of a direction below this share of the largest are rounding, and far out more than that. */
const negligible = 1e-6;
/** A fall that counts, as a share of the value: less is rounding. */
const visible = 1e-12;
/**
 * What the last power of ten must still give, as a share of the first. −ln x gives as much each time,
 * −ln ln x a fifth; 1/x, which is bounded, 10⁻²³.
 */
const lasting = 1 / 8;

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
  let [first, distance] = [0, Math.max(largest(from), 1) * nearest];
  for (let decade = 0; decade < decades; decade++, distance *= 10) {
    const here = distance; // for the closure
    const found = await valueAt(from.map((each, i) => each + here * ray[i]!));
    if (found === -Infinity) return true;
    const fall = before - found;
    if (!(fall > visible * Math.abs(before))) return false;
    if (decade === 0) first = fall;
    else if (decade === decades - 1) return fall >= lasting * first;
    before = found;
  }
  return false;
}
