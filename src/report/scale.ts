/** Scales of a chart: the places of values and ticks. */

/** A linear map from values to pixels, with its ticks. */
export interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Returns ticks that cover the range, 1, 2 or 5 times a power of ten apart. */
function niceTicks(low: number, high: number, count: number): number[] {
  const span = high > low ? high - low : Math.abs(high) || 1;
  const raw = span / count;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

/** Returns ticks that cover the finite values. */
export function ticksOf(values: readonly number[]): number[] {
  const finite = values.filter(Number.isFinite);
  // Math.min(...finite) would fail, because a call cannot take a million arguments.
  const lowest = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const highest = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  return niceTicks(lowest, highest, 5);
}

/** Returns the scale that maps the first tick to `from` and the last tick to `to`. */
export function scaleOver(ticks: readonly number[], from: number, to: number): Scale {
  const [low = 0] = ticks;
  const high = ticks.at(-1) ?? 1;
  return { ticks, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}
