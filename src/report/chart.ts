/** Line charts as standalone SVG. */
import { ExponentialAverage } from '../average/exponential.js';
import { ThalwegError } from '../errors.js';
import { describe, requireOptions } from '../options.js';

/** One line; its values are drawn at x = 1, 2, … */
export interface Series {
  /** Shown in the legend. */
  readonly name: string;
  /** Values that are not finite are left out. Up to 100 are drawn with dots. */
  readonly values: readonly number[];
  /** Which scale: left (default) or right. */
  readonly axis?: 'left' | 'right';
  /** Draws an exponentially weighted average with this β, in [0, 1), over the faint values. */
  readonly smooth?: number;
}

/** What {@link lines} draws. */
export interface ChartOptions {
  /** Heading of the chart. */
  readonly title: string;
  /** Below the horizontal axis. */
  readonly xLabel: string;
  /** Beside the left scale. */
  readonly leftLabel: string;
  /** Beside the right scale. Default none. */
  readonly rightLabel?: string;
  /** Up to six lines are told apart by colour and dashes. */
  readonly series: readonly Series[];
}

/** Okabe and Ito's palette, told apart by all common forms of colour vision. */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];
const dashes = ['', '6 3', '2 3', '8 3 2 3', '', '6 3'];
const frame = { left: 64, right: 576, top: 48, bottom: 300, width: 640, height: 376 };

/** Lines of more values are drawn without dots. */
const mostDots = 100;

interface Scale {
  readonly ticks: readonly number[];
  at(value: number): number;
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
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

function scale(values: readonly number[], from: number, to: number): Scale {
  const finite = values.filter(Number.isFinite);
  // Not by spreading them: a call takes no million arguments.
  const lowest = finite.reduce((least, value) => Math.min(least, value), Infinity);
  const highest = finite.reduce((most, value) => Math.max(most, value), -Infinity);
  const ticks = niceTicks(lowest, highest, 5);
  const [low = 0] = ticks;
  const high = ticks.at(-1) ?? 1;
  return { ticks, at: (value) => from + ((value - low) / (high - low)) * (to - from) };
}

function verticalScale(series: readonly Series[], axis: 'left' | 'right'): Scale | undefined {
  const values = series
    .filter((line) => (line.axis ?? 'left') === axis)
    .flatMap((line) => line.values);
  return values.some(Number.isFinite) ? scale(values, frame.bottom, frame.top) : undefined;
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escape(content)}</text>`;
}

function verticalAxis(axis: Scale, side: 'left' | 'right', label: string): string[] {
  const x = frame[side];
  const anchor = side === 'left' ? 'end' : 'start';
  const shift = side === 'left' ? -8 : 8;
  const middle = (frame.top + frame.bottom) / 2;
  const labelX = side === 'left' ? 16 : frame.width - 10;
  return [
    ...axis.ticks.map((tick) =>
      text(x + shift, axis.at(tick) + 4, String(tick), `text-anchor="${anchor}"`),
    ),
    text(labelX, middle, label, `text-anchor="middle" transform="rotate(-90 ${labelX} ${middle})"`),
  ];
}

/** The average of what is finite; gaps stay gaps. */
function smoothed(values: readonly number[], beta: number): number[] {
  const average = new ExponentialAverage({ beta });
  return values.map((value) => (Number.isFinite(value) ? average.push(value) : NaN));
}

/** A line, or for a smooth one the faint values under their average. */
function path(line: Series, index: number, x: Scale, y: Scale): string {
  if (line.smooth === undefined) return curve(line, index, x, y);
  const values = smoothed(line.values, line.smooth);
  return `<g opacity="0.3">${curve(line, index, x, y)}</g>\n${curve({ ...line, values }, index, x, y)}`;
}

function curve(line: Series, index: number, x: Scale, y: Scale): string {
  const points = line.values
    .map((value, i) => ({ x: x.at(i + 1), y: y.at(value) }))
    .filter((point) => Number.isFinite(point.y));
  const d = points.map((p, i) => `${i ? 'L' : 'M'}${p.x.toFixed(1)} ${p.y.toFixed(1)}`).join(' ');
  const style = `stroke="${colours[index % 6]}" stroke-dasharray="${dashes[index % 6]}"`;
  // Dots tell few values apart; many would hide the line.
  const dots = (points.length > mostDots ? [] : points).map(
    (p) =>
      `<circle cx="${p.x.toFixed(1)}" cy="${p.y.toFixed(1)}" r="2.5" fill="${colours[index % 6]}"/>`,
  );
  return [`<path d="${d}" fill="none" stroke-width="2" ${style}/>`, ...dots].join('\n');
}

function legend(series: readonly Series[]): string[] {
  const width = (frame.right - frame.left) / Math.max(series.length, 1);
  return series.flatMap(({ name }, i) => {
    const x = frame.left + i * width;
    const style = `stroke="${colours[i % 6]}" stroke-dasharray="${dashes[i % 6]}"`;
    return [
      `<line x1="${x}" y1="362" x2="${x + 20}" y2="362" stroke-width="2" ${style}/>`,
      text(x + 26, 366, name, ''),
    ];
  });
}

const chartKeys = ['title', 'xLabel', 'leftLabel', 'rightLabel', 'series'];

function checkSeries(series: unknown): void {
  if (Array.isArray(series) && series.every((line: Partial<Series>) => Array.isArray(line.values)))
    return;
  throw new ThalwegError({
    code: 'TYPE',
    path: 'lines.series',
    received: describe(series),
    expected: 'an array of { name, values }',
  });
}

/**
 * An SVG document of lines over 1, 2, …, with a scale on the left and, if used, on the right.
 *
 * @throws ThalwegError TYPE, UNKNOWN_OPTION
 */
export function lines(options: ChartOptions): string {
  requireOptions('lines', options, chartKeys);
  checkSeries(options.series);
  const { series, title, xLabel, leftLabel, rightLabel = '' } = options;
  const longest = Math.max(2, ...series.map(({ values }) => values.length));
  const x = { ...scale([1, longest], frame.left, frame.right) };
  const horizontal: Scale = {
    ticks: x.ticks.filter((tick) => Number.isInteger(tick) && tick >= 1 && tick <= longest),
    at: (value) => frame.left + ((value - 1) / (longest - 1)) * (frame.right - frame.left),
  };
  const left = verticalScale(series, 'left');
  const right = verticalScale(series, 'right');
  const grid = (left ?? right)?.ticks.map((tick) => {
    const y = (left ?? right)!.at(tick).toFixed(1);
    return `<line x1="${frame.left}" y1="${y}" x2="${frame.right}" y2="${y}" stroke="#e4e4e4"/>`;
  });
  const body = [
    ...(grid ?? []),
    ...(left ? verticalAxis(left, 'left', leftLabel) : []),
    ...(right ? verticalAxis(right, 'right', rightLabel) : []),
    ...horizontal.ticks.map((tick) =>
      text(horizontal.at(tick), frame.bottom + 18, String(tick), 'text-anchor="middle"'),
    ),
    text((frame.left + frame.right) / 2, frame.bottom + 40, xLabel, 'text-anchor="middle"'),
    ...series.map((line, i) => {
      const y = line.axis === 'right' ? right : left;
      return y ? path(line, i, horizontal, y) : '';
    }),
    text(frame.left, 26, title, 'font-size="15" font-weight="600"'),
    ...legend(series),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${frame.width} ${frame.height}" font-family="system-ui, sans-serif" font-size="12" fill="#222">
<rect width="100%" height="100%" fill="#fff"/>
${body.join('\n')}
</svg>
`;
}
