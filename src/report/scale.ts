/** Scales of a chart: where a value lies, and where marks stand. */

/** From values to pixels. */
export interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

/** Ticks at 1, 2 or 5 times a power of ten that cover the values. */
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

/** Ticks that cover what is finite of the values. */
export function ticksOf(values: readonly number[]): number[] {
  const finite = values.filter(Number.isFinite);
  // Not by spreading them: a call takes no million arguments.
  const lowest = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const highest = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  return niceTicks(lowest, highest, 5);
}

/** The scale that puts the first tick at one place and the last at another. */
export function scaleOver(ticks: readonly number[], from: number, to: number): Scale {
  const [low = 0] = ticks;
  const high = ticks.at(-1) ?? 1;
  return { ticks, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}
