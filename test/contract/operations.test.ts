/**
 * Every operation on every device is near the reference, which computes in float64. It has the same
 * bits on every instruction set and thread count. Here are the operations on rows and elements.
 */
import '../oracle/cuda.js';
import { describe, expect, it } from 'vitest';
import { lossNames } from '../../src/loss/loss.js';
import { lab } from '../lab.js';
import { floats, generator, largestError, sameBits } from '../oracle/random.js';
import { type Fields, agreed, devices, run, shapes } from './compare.js';

describe.each(shapes)('rows %d, columns %d', (rows, columns) => {
  const random = generator(rows * 31 + columns);
  const length = rows * columns;
  const x = floats(random, length, 3);
  const blank = () => new Float32Array(length);
  const classes = Int32Array.from({ length: rows }, () => Math.floor(random() * columns));

  it('softmax, both ways', () => {
    const { y } = agreed('softmax_forward', { rows, columns }, { x, y: blank() });
    const expected = run('reference', 'softmax_forward', { rows, columns }, { x, y: blank() });
    expect(largestError(y!, expected['y']!, 1)).toBeLessThan(2e-7);
    // The error of x - largest, which is rounded, grows in the exponential.
    expect(largestError(y!, expected['y']!, 1e-30)).toBeLessThan(1e-5);
    const arrays = { y: y!, dy: floats(random, length), dx: blank() };
    const { dx } = agreed('softmax_backward', { rows, columns }, arrays);
    const other = run('reference', 'softmax_backward', { rows, columns }, arrays);
    expect(largestError(dx!, other['dx']!, 1)).toBeLessThan(1e-6);
  });

  it.each(lossNames)('%s', (kind) => {
    const values = Float32Array.from({ length }, () => random());
    for (const labels of [{ values }, { classes }]) {
      const fields: Fields = { kind, delta: 0.7, rows, columns, ...labels };
      const arrays = { x, dx: blank() };
      const { dx, sums } = agreed('loss', fields, arrays);
      const expected = run('reference', 'loss', fields, arrays);
      const [sum, correct] = new Float64Array(sums!.buffer);
      const [otherSum, otherCorrect] = new Float64Array(expected['sums']!.buffer);
      expect(Math.abs(sum! - otherSum!)).toBeLessThan(3e-7 * (1 + Math.abs(otherSum!)));
      expect(correct).toBe(otherCorrect);
      // The gradients are scaled to the weight of one row in the mean.
      const scaled = (a: Float32Array) => a.map((v) => v * rows);
      expect(largestError(scaled(dx!), scaled(expected['dx']!), 1)).toBeLessThan(1e-6);
    }
  });

  it('dropout: the reference bit by bit', () => {
    const fields = { seed: 5n, step: 9n, layer: 1n, rate: 0.3, scale: 1 / 0.7, length };
    const arrays = { x, y: blank() };
    const { y } = agreed('dropout', fields, arrays);
    expect(sameBits(y!, run('reference', 'dropout', fields, arrays)['y']!)).toBe(true);
  });
});

describe('losses at the edges', () => {
  it('stay finite far out, and pass NaN on', () => {
    const columns = 4;
    const x = Float32Array.of(1e4, -1e4, 0, 3e38, 0, 0, NaN, 0);
    const fields = { kind: 'softmaxCrossEntropy', rows: 2, columns };
    const dx = new Float32Array(8);
    const { sum } = lab.runOperation('cpu', 'loss', {
      ...fields,
      x,
      dx,
      classes: Int32Array.of(3, 0),
    });
    expect(sum).toBeNaN();
    expect([...dx.slice(0, 4)]).toEqual([0, 0, 0, 0]);
    expect(dx.slice(4).every(Number.isNaN)).toBe(true);
  });

  it('refuse a class that is none', () => {
    for (const device of ['reference', ...devices])
      expect(() =>
        lab.runOperation(device, 'loss', {
          kind: 'softmaxCrossEntropy',
          rows: 2,
          columns: 3,
          x: new Float32Array(6),
          dx: new Float32Array(6),
          classes: Int32Array.of(0, 3),
        }),
      ).toThrow(/class in \[0, 3\)/);
  });
});

describe('dropout', () => {
  it('drops about its rate, by steps and layers independently', () => {
    const length = 200_000;
    const x = new Float32Array(length).fill(1);
    const masks = [
      [1n, 0n],
      [2n, 0n],
      [1n, 1n],
    ].map(([step, layer]) => {
      const y = new Float32Array(length);
      const fields = { seed: 8n, step: step!, layer: layer!, rate: 0.25, scale: 1, length };
      lab.runOperation('cpu', 'dropout', { ...fields, x, y });
      return y;
    });
    for (const mask of masks) {
      const kept = mask.reduce((sum, v) => sum + v, 0) / length;
      expect(Math.abs(kept - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / length));
    }
    for (const other of masks.slice(1)) {
      const both = other.reduce((sum, v, i) => sum + v * masks[0]![i]!, 0) / length;
      expect(Math.abs(both - 0.75 ** 2)).toBeLessThan(5 * Math.sqrt(0.25 / length));
    }
  });
});

describe('embeddings', () => {
  it.each([
    [1, 1, 1],
    [40, 7, 3],
    [700, 5, 65],
    [300, 90, 300],
    [9000, 700, 3],
    [1000, 70_000, 2],
  ])('%d positions, %d rows of %d: the reference bit by bit', (positions, count, units) => {
    const random = generator(positions);
    const x = Float32Array.from({ length: positions }, () => Math.floor(random() ** 2 * count));
    x[positions - 1] = count - 1;
    const weight = floats(random, count * units);
    const fields = { positions, count, units };
    const forward = { x, weight, y: new Float32Array(positions * units) };
    const backward = { x, dy: floats(random, positions * units), dweight: weight.slice() };
    const { y } = agreed('embedding_forward', fields, forward);
    const { dweight } = agreed('embedding_backward', fields, backward);
    expect(sameBits(y!, run('reference', 'embedding_forward', fields, forward)['y']!)).toBe(true);
    const expected = run('reference', 'embedding_backward', fields, backward)['dweight']!;
    expect(sameBits(dweight!, expected)).toBe(true);
  });
});
