import { describe, expect, it } from 'vitest';
import { chart } from '../../src/index.js';

const options = {
  title: 'A & B <1>',
  xLabel: 'epoch',
  leftLabel: 'loss',
  rightLabel: 'accuracy',
  series: [
    { name: 'x < y', values: [1, 0.5, NaN, 0.25] },
    { name: 'right', values: [0, 1, 2, 3], axis: 'right' as const },
  ],
};

/** Checks that tags nest and text is escaped; returns the tags by name. */
function parse(svg: string): Map<string, number> {
  const open: string[] = [];
  const counts = new Map<string, number>();
  for (const [, closing, name, rest] of svg.matchAll(/<(\/?)([a-z]+)([^<>]*)>/g)) {
    if (closing) expect(open.pop()).toBe(name);
    else {
      counts.set(name!, (counts.get(name!) ?? 0) + 1);
      if (!rest!.endsWith('/')) open.push(name!);
    }
  }
  expect(open).toEqual([]);
  expect(svg.replace(/<[^<>]*>/g, '')).not.toMatch(/[<>]|&(?!#\d+;)/);
  return counts;
}

describe('lines', () => {
  it('draws each finite point once, inside the frame, well formed', () => {
    const svg = chart.lines(options);
    const tags = parse(svg);
    expect(tags.get('path')).toBe(2);
    expect(tags.get('circle')).toBe(3 + 4);
    for (const [, x, y] of svg.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)) {
      expect(Number(x)).toBeGreaterThanOrEqual(64);
      expect(Number(x)).toBeLessThanOrEqual(576);
      expect(Number(y)).toBeGreaterThanOrEqual(48);
      expect(Number(y)).toBeLessThanOrEqual(300);
    }
    expect(svg).toContain('A &#38; B &#60;1&#62;');
  });

  it('has a gap where a value is no number, and a dot where one stands alone', () => {
    const gap = [1, 2, NaN, 3, Infinity, 4, 5];
    const svg = chart.lines({ ...options, series: [{ name: 's', values: gap }] });
    const [, d] = /<path d="([^"]*)"/.exec(svg)!;
    expect(d!.replace(/[\d. ]+/g, '')).toBe('MLMML');
    const many = Array.from({ length: 300 }, (_, i) => (i % 150 === 1 || i % 150 === 3 ? NaN : i));
    const long = chart.lines({ ...options, series: [{ name: 's', values: many }] });
    expect(parse(long).get('circle')).toBe(3); // the ticks are at 1, 3 and 153
  });

  it('leaves the dots out where they would hide the line', () => {
    const values = Array.from({ length: 101 }, (_, i) => i);
    const svg = chart.lines({ ...options, series: [{ name: 's', values }] });
    expect(parse(svg).get('circle')).toBeUndefined();
  });

  it('draws a run of 200,000 epochs', () => {
    const values = Array.from({ length: 200_000 }, (_, i) => 1 / (1 + i));
    const svg = chart.lines({ ...options, series: [{ name: 'loss', values }] });
    expect(parse(svg).get('svg')).toBe(1);
  });

  it('draws an average over its faint values', () => {
    const values = [4, 0, NaN, 4, 0];
    const [series] = [{ name: 's', values, smooth: 0.9 }];
    const svg = chart.lines({ ...options, series: [series!] });
    expect(parse(svg).get('circle')).toBe(4 + 4);
    const heights = [...svg.matchAll(/<circle cx="[\d.]+" cy="([\d.]+)"/g)].map(([, y]) =>
      Number(y),
    );
    const drop = (ys: number[]): number => Math.max(...ys) - Math.min(...ys);
    expect(drop(heights.slice(4))).toBeLessThan(drop(heights.slice(0, 4)) * 0.6);
    expect(svg.match(/opacity="0.3"/g)).toHaveLength(1);
  });

  it.each([[[]], [[5]], [[NaN]], [[2, 2, 2]], [[-1e-9, 1e9]]])('takes %j', (values) => {
    const svg = chart.lines({ ...options, series: [{ name: 's', values }] });
    parse(svg);
    expect(svg).not.toContain('NaN');
  });
});

/** A text of a chart: it is at least as wide as its letters, and may be turned on its side. */
interface Piece {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly content: string;
  readonly isTurned: boolean;
}

function textsOf(svg: string): Piece[] {
  const pattern = /<text x="([\d.]+)" y="([\d.]+)" ([^>]*)>([^<]*)<\/text>/g;
  return [...svg.matchAll(pattern)].map(([, x, y, attributes, escaped]) => {
    const content = escaped!.replace(/&#(\d+);/g, (_, code: string) =>
      String.fromCharCode(Number(code)),
    );
    const width = content.length * Number(/font-size="(\d+)"/.exec(attributes!)?.[1] ?? 12) * 0.5;
    const share = attributes!.includes('"end"') ? 1 : attributes!.includes('"middle"') ? 0.5 : 0;
    const isTurned = attributes!.includes('rotate');
    return {
      x: Number(x) - (isTurned ? 0 : share * width),
      y: Number(y),
      width,
      content,
      isTurned,
    };
  });
}

const size = (svg: string): number[] =>
  /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(svg)!.slice(1).map(Number);

/** Checks that every text lies within the picture, and that no two of a line overlap. */
function expectRoom(svg: string): void {
  const [width, height] = size(svg);
  const level = textsOf(svg).filter(({ isTurned }) => !isTurned);
  for (const piece of level) {
    expect(piece.x).toBeGreaterThanOrEqual(0);
    expect(piece.x + piece.width).toBeLessThanOrEqual(width!);
    expect(piece.y).toBeLessThanOrEqual(height! - 3);
    for (const other of level)
      if (other !== piece && Math.abs(other.y - piece.y) < 10 && other.x >= piece.x)
        expect(other.x, `${other.content} beside ${piece.content}`).toBeGreaterThanOrEqual(
          piece.x + piece.width,
        );
  }
}

describe('texts', () => {
  const long = 'a name of many words that says how the line came about, and why';
  const series = (count: number, name = long) =>
    Array.from({ length: count }, (_, i) => ({ name: `${name} ${i}`, values: [i, i + 1] }));

  it.each([1, 4, 7, 20])('a legend of %d long names overlaps nothing', (count) => {
    const svg = chart.lines({ ...options, series: series(count) });
    expectRoom(svg);
    const shown = textsOf(svg).map(({ content }) => content);
    expect(shown.join(' ')).toContain(`${long} ${count - 1}`);
  });

  it('short names share a row', () => {
    const rows = (count: number) => {
      const svg = chart.lines({ ...options, series: series(count, 's') });
      expectRoom(svg);
      return new Set(
        [...svg.matchAll(/<line x1="[\d.]+" y1="([\d.]+)" x2="[\d.]+" y2="\1" stroke-width/g)].map(
          ([, y]) => y,
        ),
      ).size;
    };
    expect([rows(5), rows(40)]).toEqual([1, expect.any(Number)]);
    expect(rows(40)).toBeLessThan(10);
  });

  it('titles and labels are broken into lines, none is cut', () => {
    const words = Array.from({ length: 30 }, (_, i) => `word${i}`).join(' ');
    const one = 'x'.repeat(200);
    for (const text of [words, one]) {
      const svg = chart.lines({ ...options, title: text, xLabel: text, leftLabel: text });
      expectRoom(svg);
      const shown = textsOf(svg).map(({ content }) => content);
      expect(shown.join(text === words ? ' ' : '').split(text)).toHaveLength(4);
      for (const { isTurned, width } of textsOf(svg)) if (isTurned) expect(width).toBeLessThan(253);
    }
  });

  it.each([[[1234567, 7654321]], [[-1e9, 1e9]], [[1.0001, 1.0002]]])(
    'ticks for %j do not reach the label',
    (values) => {
      const both = [
        { name: 'left', values },
        { name: 'right', values, axis: 'right' as const },
      ];
      const svg = chart.lines({ ...options, leftLabel: 'loss', series: both });
      expectRoom(svg);
      const [width] = size(svg);
      const labels = textsOf(svg).filter(({ isTurned }) => isTurned);
      expect(labels).toHaveLength(2);
      const ticks = textsOf(svg).filter(({ content }) => /^-?[\d.]+$/.test(content));
      for (const { x, width: wide } of ticks) {
        expect(x).toBeGreaterThan(labels[0]!.x + 3);
        expect(x + wide).toBeLessThan(labels[1]!.x - 10);
      }
      expect(labels[1]!.x).toBeLessThan(width!);
    },
  );

  it('48 lines differ in colour or dashes', () => {
    const svg = chart.lines({ ...options, series: series(48, 's') });
    const strokes = [...svg.matchAll(/<path [^>]*stroke-width="2" ([^/]*)\/>/g)].map(([, s]) => s);
    expect(strokes).toHaveLength(48);
    expect(new Set(strokes).size).toBe(48);
  });
});
