/** Computes the rows at 2^18 neighbouring positions of a shuffled order, on one core. */
import { native } from '../src/native.js';
import type { Contestant, Workload } from './harness.js';

const count = 2 ** 18;

function order(name: string, length: number, isa?: string): Contestant {
  return {
    name,
    prepare() {
      const options = { length, seed: 1n, epoch: 0, exact: false, threads: 1 };
      const order = new native.Order(isa === undefined ? options : { ...options, isa });
      const out = length < 2 ** 32 ? new Uint32Array(count) : new Float64Array(count);
      return {
        run: () => {
          order.indices(0, 1, out);
        },
        dispose: () => {
          order.dispose();
        },
      };
    },
  };
}

const isas = ['baseline', 'avx2', 'avx512'];
const slower = isas.slice(0, isas.indexOf(native.isa()));

export const workloads: Workload[] = [
  {
    name: 'index-function',
    unit: 'ns/index',
    scale: 1e9 / count,
    repeat: 4,
    rounds: 41,
    contestants: [
      order('thalweg', 2 ** 20 + 1),
      order('2^20 rows', 2 ** 20),
      order('1e8 rows', 1e8),
      order('1e12 rows', 1e12),
      ...slower.map((isa) => order(`2^20 + 1 rows, ${isa}`, 2 ** 20 + 1, isa)),
    ],
  },
];
