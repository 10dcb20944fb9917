/**
 * Measures the matrix products of dense layers: y = x W, and the gradients of x and W. Contestants
 * are torch, and oneDNN with plain matrices and with weights that were reordered for free.
 */
import { native } from '../src/native.js';
import { type ProductFields, lab } from '../test/lab.js';
import type { Contestant, Workload } from './harness.js';
import { compiledContestant } from './peers/compiled.js';
import { pythonContestant } from './peers/python.js';

interface Shape extends Pick<ProductFields, 'm' | 'n' | 'k' | 'transposeA' | 'transposeB'> {
  readonly name: string;
  readonly threads: number;
}

/** Rows, inputs and outputs of the layers. */
const layers = [
  [128, 784, 128],
  [128, 128, 10],
  [1, 784, 128],
  [32, 784, 128],
  [512, 784, 512],
  [128, 512, 512],
  [256, 1024, 1024],
  [1024, 1024, 1024],
  [2048, 2048, 2048],
  [64, 4096, 1000],
  [60000, 784, 10],
  [17, 13, 7],
] as const;

function productsOf([rows, inputs, outputs]: (typeof layers)[number], threads: number): Shape[] {
  const name = `product-${threads}-${rows}x${inputs}x${outputs}`;
  const plain = { transposeA: 0, transposeB: 0, threads } as const;
  return [
    { ...plain, name: `${name}-forward`, m: rows, n: outputs, k: inputs },
    { ...plain, name: `${name}-dx`, m: rows, n: inputs, k: outputs, transposeB: 1 },
    { ...plain, name: `${name}-dw`, m: inputs, n: outputs, k: rows, transposeA: 1 },
  ];
}

/** The number of calls of a sample, which takes some 20 ms, so that threads have settled. */
const repeatOf = ({ m, n, k }: Shape): number => Math.max(1, Math.round(2e9 / (m * n * k + 1e5)));

function thalweg(shape: Shape): Contestant {
  const values = (length: number) => Float32Array.from({ length }, (_, i) => (i % 97) / 97 - 0.5);
  const repeat = repeatOf(shape);
  return {
    name: 'thalweg',
    repeat: 1,
    prepare() {
      const { m, n, k, transposeA, transposeB, threads } = shape;
      const [a, b, c] = [values(m * k), values(k * n), values(m * n)];
      const fields = { m, n, k, transposeA, transposeB, a, b, c };
      const lanes = native.isa() as Parameters<typeof lab.product>[0];
      return {
        run: () => {
          lab.setThreadCount(threads);
          const start = performance.now();
          lab.product(lanes, fields, undefined, repeat);
          return (performance.now() - start) / 1e3 / repeat;
        },
        dispose: () => {
          lab.setThreadCount(0);
        },
      };
    },
  };
}

function oneDnn(shape: Shape, format: 'plain' | 'reordered'): Contestant {
  const { m, n, k, transposeA, transposeB, threads } = shape;
  return compiledContestant({
    name: `oneDNN ${format}`,
    source: 'onednn_product',
    library: 'dnnl',
    repeat: repeatOf(shape),
    args: [m, n, k, transposeA, transposeB].map(String).concat(format),
    environment: { OMP_NUM_THREADS: String(threads) },
  });
}

function workload(shape: Shape): Workload {
  const params = {
    ...shape,
    transposeA: shape.transposeA === 1,
    transposeB: shape.transposeB === 1,
  };
  return {
    name: shape.name,
    unit: 'µs',
    scale: 1e6,
    rounds: shape.m * shape.n * shape.k > 1e9 ? 5 : 9,
    contestants: [
      thalweg(shape),
      oneDnn(shape, 'plain'),
      // The gradient of W has no weights among its operands.
      ...(shape.transposeA === 1 ? [] : [oneDnn(shape, 'reordered')]),
      pythonContestant({ name: 'torch', workload: 'product', params, repeat: repeatOf(shape) }),
    ],
  };
}

export const workloads: readonly Workload[] = [1, 2].flatMap((threads) =>
  layers.flatMap((layer) => productsOf(layer, threads).map(workload)),
);
