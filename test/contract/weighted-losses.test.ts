/** Weights of rows and smoothed labels: the same bits on every device, near float64, and the gradient of the sum. */
import { afterEach, describe, expect, it } from 'vitest';
import { lossNames } from '../../src/loss/loss.js';
import { native } from '../../src/native.js';
import { lab } from '../lab.js';
import { hasCuda } from '../oracle/cuda.js';
import { floats, generator, sameBits } from '../oracle/random.js';

afterEach(() => {
  lab.setThreadCount(0);
});

const isas = ['baseline', 'avx2', 'avx512'];
const devices = [
  ...isas.slice(0, 1 + isas.indexOf(native.isa())).map((isa) => `cpu:${isa}`),
  ...(hasCuda ? ['cuda'] : []),
];
const shapes = [[1, 1], [128, 10], [7, 17], [2000, 3], [3, 1023], [2, 8193]] as const; // prettier-ignore
const smoothings = [0, 0.1, 0.75];

interface Case {
  readonly kind: string;
  readonly rows: number;
  readonly columns: number;
  readonly smoothing: number;
  readonly x: Float32Array;
  readonly weights?: Float32Array;
  readonly values?: Float32Array;
  readonly classes?: Int32Array;
}

function run(device: string, { x, ...rest }: Case) {
  const dx = new Float32Array(x.length).fill(NaN);
  return { ...lab.runOperation(device, 'loss', { delta: 0.7, ...rest, x, dx }), dx };
}

/** Returns the loss of one row and its gradient by x, from the definitions. */
function ofRow(c: Case, row: number): { loss: number; gradient: number[]; mass: number } {
  const { kind, columns, smoothing } = c;
  const x = Array.from(c.x.subarray(row * columns, (row + 1) * columns));
  const share = smoothing / (kind === 'softmaxCrossEntropy' ? columns : 2);
  const labels = x.map((_, i) => {
    const given = c.classes ? Number(c.classes[row] === i) : c.values![row * columns + i]!;
    return given * (1 - smoothing) + share;
  });
  const sum = (of: (x: number, label: number) => number) =>
    x.reduce((total, value, i) => total + of(value, labels[i]!), 0);
  if (kind === 'softmaxCrossEntropy') {
    const highest = Math.max(...x);
    const log = highest + Math.log(sum((value) => Math.exp(value - highest)));
    const mass = sum((_, label) => label);
    const gradient = x.map((value, i) => mass * Math.exp(value - log) - labels[i]!);
    return { loss: sum((value, label) => label * (log - value)), gradient, mass };
  }
  const cross = (value: number, label: number) =>
    Math.max(value, 0) - value * label + Math.log1p(Math.exp(-Math.abs(value)));
  const gradient = x.map((value, i) => (1 / (1 + Math.exp(-value)) - labels[i]!) / columns);
  return { loss: sum(cross) / columns, gradient, mass: 0 };
}

describe.each(shapes)('rows %d, columns %d', (rows, columns) => {
  const random = generator(rows * 7 + columns);
  const x = floats(random, rows * columns, 2);
  const weights = Float32Array.from({ length: rows }, (_, i) => (i % 5 === 3 ? 0 : 3 * random()));
  const values = Float32Array.from({ length: rows * columns }, () => random());
  const classes = Int32Array.from({ length: rows }, () => Math.floor(random() * columns));
  const cases = lossNames.flatMap((kind) =>
    smoothings.flatMap((smoothing) =>
      [{ values }, { classes }].map((labels) => ({ kind, rows, columns, smoothing, x, ...labels })),
    ),
  );

  it('have the same bits on every device and at every thread count', () => {
    for (const each of cases) {
      const expected = run(devices[0]!, { ...each, weights });
      for (const device of devices)
        for (const threads of device === 'cuda' ? [1] : [1, 3]) {
          lab.setThreadCount(threads);
          const found = run(device, { ...each, weights });
          expect(found.sum, `${each.kind} on ${device}`).toBe(expected.sum);
          expect(found.correct).toBe(expected.correct);
          expect(sameBits(found.dx, expected.dx), `${each.kind} on ${device}`).toBe(true);
        }
    }
  });

  it('count a row by its weight, and keep the bits without weights where all are 1', () => {
    for (const each of cases) {
      const plain = run('cpu', each);
      const ones = run('cpu', { ...each, weights: new Float32Array(rows).fill(1) });
      expect([ones.sum, ones.correct]).toEqual([plain.sum, plain.correct]);
      expect(sameBits(ones.dx, plain.dx)).toBe(true);
      const twice = run('cpu', { ...each, weights: new Float32Array(rows).fill(2) });
      expect(twice.sum).toBe(2 * plain.sum);
      expect(
        sameBits(
          twice.dx,
          plain.dx.map((value) => 2 * value),
        ),
      ).toBe(true);
      expect(twice.correct).toBe(plain.correct);
    }
  });

  it('are near the definitions in float64', () => {
    for (const each of cases.filter(({ kind }) => kind.endsWith('CrossEntropy')))
      for (const device of ['reference', 'cpu']) {
        const { sum, dx } = run(device, { ...each, weights });
        let expected = 0;
        for (let row = 0; row < rows; row++) {
          const { loss, gradient, mass } = ofRow(each, row);
          let furthest = 0;
          expected += weights[row]! * loss;
          gradient.forEach((value, i) => {
            const found = dx[row * columns + i]! * rows;
            furthest = Math.max(furthest, Math.abs(found - weights[row]! * value));
          });
          expect(furthest).toBeLessThan(3e-6 * (1 + mass));
        }
        expect(Math.abs(sum - expected)).toBeLessThan(1e-6 * (1 + Math.abs(expected)));
      }
  });
});

describe('a loss with weights', () => {
  it('has the gradient that differences of its sum have', () => {
    const random = generator(3);
    const [rows, columns, step] = [5, 4, 2 ** -7];
    const x = floats(random, rows * columns);
    const weights = Float32Array.of(0.5, 3, 0, 1, 2);
    const values = Float32Array.from({ length: rows * columns }, () => random());
    for (const kind of lossNames)
      for (const smoothing of kind.endsWith('CrossEntropy') ? smoothings : [0]) {
        const sumAt = (i: number, by: number) => {
          const moved = x.slice();
          moved[i]! += by;
          const { sum } = run('reference', {
            kind,
            rows,
            columns,
            smoothing,
            x: moved,
            values,
            weights,
          });
          return { sum, at: moved[i]! };
        };
        const { dx } = run('cpu', { kind, rows, columns, smoothing, x, values, weights });
        x.forEach((_, i) => {
          const [up, down] = [sumAt(i, step), sumAt(i, -step)];
          const slope = (up.sum - down.sum) / (up.at - down.at) / rows;
          expect(Math.abs(slope - dx[i]!)).toBeLessThan(1e-2 * Math.max(0.1, Math.abs(slope)));
        });
      }
  });

  it('leaves out a row of weight 0 whose outputs are not finite', () => {
    const x = Float32Array.of(NaN, Infinity, 1, 2);
    const weights = Float32Array.of(0, 1);
    for (const device of ['reference', ...devices]) {
      const { sum, dx } = run(device, {
        kind: 'softmaxCrossEntropy',
        rows: 2,
        columns: 2,
        smoothing: 0.1,
        x,
        weights,
        classes: Int32Array.of(0, 1),
      });
      expect(sum).toBeLessThan(1);
      expect([...dx.subarray(0, 2)]).toEqual([0, 0]);
    }
  });
});
