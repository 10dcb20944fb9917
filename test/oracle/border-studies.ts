/** Makes studies whose best value of one parameter lies at a known place. */
import type { search } from '../../src/index.js';
import { generator } from './random.js';

/** Where the best value lies, as a place in the range; undefined where the parameter does not matter. */
export type Best = 'atOrBeyond' | 'inside' | 'nowhere';

/** The number of trials of each study. */
export const borderTrials = 100;

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Returns a bowl, a corner, or a steep slope that flattens out, by the study's number. */
function shapeOf(number: number): (distance: number) => number {
  const shapes = [
    (x: number) => x * x,
    (x: number) => Math.abs(x) / 2,
    (x: number) => Math.log1p(5 * Math.abs(x)) / 3,
  ];
  return shapes[number % shapes.length]!;
}

function placeOfBest(best: Best, random: () => number): number {
  if (best === 'atOrBeyond') return random() < 0.2 ? 0 : -random() / 2;
  return 0.25 + 0.5 * random();
}

/**
 * Makes a study of 1 to 4 parameters x0, x1, … in [0, 1]. x0 matters most, unless it does not matter; the best
 * values of others lie inside. Where x0's best place is at or beyond an end, every second study has it at
 * the upper one. The noise is 10 to 30 % of the values' deviation.
 */
export function borderStudy(number: number, best: Best): search.TrialRecord[] {
  const random = generator(number * 7919 + best.length);
  const place = placeOfBest(best, random);
  const shape = shapeOf(number);
  const weight = best === 'nowhere' ? 0 : 0.5 + 1.5 * random();
  const others = Array.from({ length: number % 4 }, () => [random(), 0.25 + random() / 2] as const);
  const isMirrored = number % 2 === 1;
  const points = Array.from({ length: borderTrials }, () => {
    const x = random();
    const rest = others.map(() => random());
    const added = others.map(([size, centre], i) => size * (rest[i]! - centre) ** 2);
    const value = weight * shape(x - place) + added.reduce((sum, each) => sum + each, 0);
    return { places: [isMirrored ? 1 - x : x, ...rest], value };
  });
  const mean = points.reduce((sum, { value }) => sum + value, 0) / points.length;
  const square = points.reduce((sum, { value }) => sum + (value - mean) ** 2, 0) / points.length;
  const noise = (0.1 + 0.2 * random()) * Math.max(Math.sqrt(square), 1e-3);
  return points.map(({ places, value }, trial) => ({
    number: trial,
    state: 'complete',
    values: Object.fromEntries(places.map((each, i) => [`x${i}`, each])),
    value: value + noise * normal(random),
    history: [],
  }));
}
