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
