/** Line charts as standalone SVG. */
import { ExponentialAverage } from '../average/exponential.js';
import { checkOneOf, checkText, requireOptions, wrongType } from '../options.js';
import { checkList, propertyOf } from '../values.js';
import { type Layout, layOut, sizes } from './layout.js';
import { type Scale, scaleOver, ticksOf } from './scale.js';

/** One line of a chart; its values are drawn at x = 1, 2, … */
export interface Series {
  /** The name in the legend. */
  readonly name: string;
  /** The values. The line has a gap where a value is not finite. Up to 100 values have dots. */
  readonly values: readonly number[];
  /** The scale of the values. Default `'left'`. */
  readonly axis?: 'left' | 'right';
  /** β of an exponentially weighted average, in [0, 1), which is drawn over the faint values. Default none. */
  readonly smooth?: number;
}

/** Options of {@link lines}. */
export interface ChartOptions {
  /** The heading of the chart. */
  readonly title: string;
  /** The label below the horizontal axis. */
  readonly xLabel: string;
  /** The label beside the left scale. */
  readonly leftLabel: string;
  /** The label beside the right scale. Default none. */
  readonly rightLabel?: string;
  /** The lines. Colour and dashes distinguish up to 48 of them. */
  readonly series: readonly Series[];
}

/** Okabe and Ito's palette, which people with all common forms of colour vision can distinguish. */
const colours = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9'];
const dashes = ['', '6 3', '2 3', '8 3 2 3', '12 4', '4 6', '8 3 2 3 2 3', '1 5'];

/** Returns the colour of a line. */
function colourOf(index: number): string {
  return colours[index % colours.length]!;
}

/** Returns colour and dashes of a line. Where a colour occurs again, it has other dashes. */
function strokeOf(index: number): string {
  const round = Math.floor(index / colours.length);
  const dash = dashes[((index % colours.length) + round) % dashes.length]!;
  return `stroke="${colourOf(index)}"${dash && ` stroke-dasharray="${dash}"`}`;
}

/** The most values of a line that is drawn with dots. */
const mostDots = 100;

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function text(x: number, y: number, content: string, attributes: string): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escape(content)}</text>`;
}

type Side = 'left' | 'right';

function ticksFor(series: readonly Series[], side: Side): number[] {
  const values = series
    .filter((line) => (line.axis ?? 'left') === side)
    .flatMap((line) => line.values);
  return values.some(Number.isFinite) ? ticksOf(values) : [];
}

/** Draws ticks and label of a vertical scale. The lines of the label begin or end at the outer edge. */
function verticalAxis(axis: Scale, side: Side, layout: Layout): string[] {
  const isLeft = side === 'left';
  const anchor = isLeft ? 'end' : 'start';
  const tickX = isLeft ? layout.left - 8 : layout.right + 8;
  const middle = (layout.top + layout.bottom) / 2;
  const label = isLeft ? layout.leftLabel : layout.rightLabel;
  const firstX = isLeft ? 16 : layout.width - 10 - (label.length - 1) * 15;
  return [
    ...axis.ticks.map((tick) =>
      text(tickX, axis.at(tick) + 4, String(tick), `text-anchor="${anchor}"`),
    ),
    ...label.map((content, i) => {
      const x = firstX + i * 15;
      return text(
        x,
        middle,
        content,
        `text-anchor="middle" transform="rotate(-90 ${x} ${middle})"`,
      );
    }),
  ];
}

/** Averages the finite values; other values stay gaps. */
function smoothed(values: readonly number[], beta: number): number[] {
  const average = new ExponentialAverage({ beta });
  return values.map((value) => (Number.isFinite(value) ? average.push(value) : NaN));
}

/** Draws a line. For a smooth one it draws the average over the faint values. */
function path(line: Series, index: number, x: Scale, y: Scale): string {
  if (line.smooth === undefined) return curve(line.values, index, x, y);
  const values = smoothed(line.values, line.smooth);
  return `<g opacity="0.3">${curve(line.values, index, x, y)}</g>\n${curve(values, index, x, y)}`;
}

interface Point {
  readonly x: string;
  readonly y: string;
}

/** Returns the points of each piece between gaps. */
function pieces(values: readonly number[], x: Scale, y: Scale): Point[][] {
  const all: Point[][] = [];
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    const point = { x: x.at(i + 1).toFixed(1), y: y.at(value).toFixed(1) };
    if (i > 0 && Number.isFinite(values[i - 1])) all.at(-1)!.push(point);
    else all.push([point]);
  });
  return all;
}

function curve(values: readonly number[], index: number, x: Scale, y: Scale): string {
  const all = pieces(values, x, y);
  const d = all.flatMap((piece) => piece.map((p, i) => `${i ? 'L' : 'M'}${p.x} ${p.y}`)).join(' ');
  const points = all.flat();
  // Dots show single values, but many dots would hide the line. A value between gaps always has a dot.
  const dotted =
    points.length > mostDots ? all.filter(({ length }) => length === 1).flat() : points;
  const dots = dotted.map(
    (p) => `<circle cx="${p.x}" cy="${p.y}" r="2.5" fill="${colourOf(index)}"/>`,
  );
  return [`<path d="${d}" fill="none" stroke-width="2" ${strokeOf(index)}/>`, ...dots].join('\n');
}

function legend({ legend }: Layout): string[] {
  return legend.flatMap(({ x, y, lines }, i) => [
    `<line x1="${x}" y1="${y - 4}" x2="${x + 20}" y2="${y - 4}" stroke-width="2" ${strokeOf(i)}/>`,
    ...lines.map((content, row) => text(x + 26, y + row * 15, content, '')),
  ]);
}

const chartKeys = ['title', 'xLabel', 'leftLabel', 'rightLabel', 'series'];

function checkSeries(series: unknown): void {
  checkList('lines.series', series, 'an array of { name, values }', checkLine);
}

function checkLine(path: string, line: unknown): void {
  checkText(`${path}.name`, propertyOf(line, 'name'));
  checkOneOf(`${path}.axis`, propertyOf(line, 'axis') ?? 'left', ['left', 'right']);
  checkList(`${path}.values`, propertyOf(line, 'values'), 'an array of numbers', checkValue);
}

/** Accepts numbers that are not finite and holes, because the line has gaps there. */
function checkValue(path: string, value: unknown): void {
  if (typeof value === 'number' || value === undefined) return;
  throw wrongType(path, value, 'a number');
}

/** Returns the horizontal scale of 1, 2, …, with ticks at whole numbers. */
function horizontalScale(series: readonly Series[], { left, right }: Layout): Scale {
  const longest = series.reduce((most, { values }) => Math.max(most, values.length), 2);
  return {
    ticks: ticksOf([1, longest]).filter(
      (tick) => Number.isInteger(tick) && tick >= 1 && tick <= longest,
    ),
    at: (value) => left + ((value - 1) / (longest - 1)) * (right - left),
  };
}

function horizontalAxis(axis: Scale, { left, right, bottom, xLabel }: Layout): string[] {
  const middle = 'text-anchor="middle"';
  return [
    ...axis.ticks.map((tick) => text(axis.at(tick), bottom + 18, String(tick), middle)),
    ...xLabel.map((content, i) => text((left + right) / 2, bottom + 40 + i * 15, content, middle)),
  ];
}

function grid(axis: Scale, { left, right }: Layout): string[] {
  return axis.ticks.map((tick) => {
    const y = axis.at(tick).toFixed(1);
    return `<line x1="${left}" y1="${y}" x2="${right}" y2="${y}" stroke="#e4e4e4"/>`;
  });
}

function draw(options: ChartOptions): { layout: Layout; body: string[] } {
  const { series, title, xLabel, leftLabel, rightLabel = '' } = options;
  const [leftTicks, rightTicks] = [ticksFor(series, 'left'), ticksFor(series, 'right')];
  const names = series.map(({ name }) => name);
  const layout = layOut({ title, xLabel, leftLabel, rightLabel, leftTicks, rightTicks, names });
  const scaleOf = (ticks: readonly number[]): Scale | undefined =>
    ticks.length > 0 ? scaleOver(ticks, layout.bottom, layout.top) : undefined;
  const x = horizontalScale(series, layout);
  const [left, right] = [scaleOf(leftTicks), scaleOf(rightTicks)];
  const first = left ?? right;
  const body = [
    ...(first ? grid(first, layout) : []),
    ...(left ? verticalAxis(left, 'left', layout) : []),
    ...(right ? verticalAxis(right, 'right', layout) : []),
    ...horizontalAxis(x, layout),
    ...series.map((line, i) => {
      const y = line.axis === 'right' ? right : left;
      return y ? path(line, i, x, y) : '';
    }),
    ...layout.title.map((content, i) =>
      text(layout.left, 26 + i * 20, content, `font-size="${sizes.title}" font-weight="600"`),
    ),
    ...legend(layout),
  ];
  return { layout, body };
}

/**
 * Draws lines over 1, 2, … as an SVG document, with a scale on the left and, where a line uses it, on the
 * right. Long titles, labels and names are broken into lines, and the picture grows with them.
 *
 * @throws ThalwegError TYPE, RANGE, UNKNOWN_OPTION
 */
export function lines(options: ChartOptions): string {
  requireOptions('lines', options, chartKeys);
  for (const key of ['title', 'xLabel', 'leftLabel'] as const)
    checkText(`lines.${key}`, options[key]);
  if (options.rightLabel !== undefined) checkText('lines.rightLabel', options.rightLabel);
  checkSeries(options.series);
  const { layout, body } = draw(options);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.width} ${layout.height}" font-family="system-ui, sans-serif" font-size="${sizes.text}" fill="#222">
<rect width="100%" height="100%" fill="#fff"/>
${body.join('\n')}
</svg>
`;
}
