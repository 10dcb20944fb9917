/** The layout of a chart, whose margins grow with their texts. */
import { breakText, widthOf } from './text-size.js';

/** Font sizes in pixels. */
export const sizes = { text: 12, title: 15 } as const;

const width = 640;
const plotHeight = 252;
/** The least margin to the left and right of the plot, in pixels. */
const margin = 64;
/** Pixels from one line of text to the next. */
const line = 15;
const titleLine = 20;
/** The width of the title's bold letters, relative to regular ones. */
const boldness = 1.12;
/** The space between two parts, in pixels. */
const gap = 8;
/** The width of a legend's piece of line in front of the name. */
const sample = 26;
const edge = 16;

/** The texts and ticks of a chart. */
interface Texts {
  readonly title: string;
  readonly xLabel: string;
  readonly leftLabel: string;
  readonly rightLabel: string;
  readonly leftTicks: readonly number[];
  readonly rightTicks: readonly number[];
  /** Names of the legend. */
  readonly names: readonly string[];
}

/** A name of the legend, broken into lines, and its place. */
interface LegendEntry {
  readonly x: number;
  readonly y: number;
  readonly lines: readonly string[];
}

/** The places of a chart's parts in pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** The edges of the plot, in which the lines are drawn. */
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  readonly title: readonly string[];
  readonly xLabel: readonly string[];
  readonly leftLabel: readonly string[];
  readonly rightLabel: readonly string[];
  readonly legend: readonly LegendEntry[];
}

/** Returns the width of a margin beside the plot, for its ticks and its rotated label. */
function besideFor(ticks: readonly number[], label: readonly string[]): number {
  const widest = ticks.reduce((most, tick) => Math.max(most, widthOf(String(tick), sizes.text)), 0);
  return Math.max(margin, widest + 2 * gap + label.length * line + gap);
}

/** Places the names of the legend in rows. A name that does not fit begins another row. */
function legendFrom(top: number, names: readonly string[], from: number, to: number) {
  const entries: LegendEntry[] = [];
  let [x, y, rows] = [from, top, 1];
  for (const name of names) {
    const lines = breakText(name, sizes.text, to - from - sample);
    const wide = sample + Math.max(...lines.map((text) => widthOf(text, sizes.text)));
    if (x > from && x + wide > to) [x, y, rows] = [from, y + rows * line + 3, 1];
    entries.push({ x, y, lines });
    x += wide + 2 * gap;
    rows = Math.max(rows, lines.length);
  }
  return { entries, end: y + (rows - 1) * line };
}

/** Returns the layout of a chart with these texts. */
export function layOut(texts: Texts): Layout {
  const breakUp = (text: string, room: number): string[] =>
    text === '' ? [] : breakText(text, sizes.text, room);
  const leftLabel = breakUp(texts.leftLabel, plotHeight);
  const rightLabel = breakUp(texts.rightLabel, plotHeight);
  const left = besideFor(texts.leftTicks, leftLabel);
  const right = width - besideFor(texts.rightTicks, rightLabel);
  const title = breakText(texts.title, sizes.title * boldness, width - left - edge);
  const top = 28 + title.length * titleLine;
  const bottom = top + plotHeight;
  const xLabel = breakUp(texts.xLabel, right - left);
  const underLabel = bottom + 40 + Math.max(xLabel.length - 1, 0) * line;
  const { entries, end } = legendFrom(underLabel + 26, texts.names, left, width - edge);
  return {
    width,
    height: end + 10,
    left,
    right,
    top,
    bottom,
    title,
    xLabel,
    leftLabel,
    rightLabel,
    legend: entries,
  };
}
