/** Makes a whole exactly uniform permutation in memory of its own. */
import { data } from '../src/index.js';
import type { Contestant, Workload } from './harness.js';
import { compiledContestant } from './peers/compiled.js';
import { pythonContestant } from './peers/python.js';
import { tfjsContestant } from './peers/tfjs.js';

function thalweg(rows: number): Contestant {
  return {
    name: 'thalweg',
    prepare() {
      const out = new Uint32Array(rows);
      let seed = 0n;
      return {
        run: () => void data.permutation({ length: rows, seed: ++seed, exact: true, out }),
      };
    },
  };
}

function workload(name: string, rows: number, rounds: number, slowRuns: number): Workload {
  return {
    name: `permutation-${name}`,
    unit: 'ms',
    scale: 1e3,
    rounds,
    contestants: [
      thalweg(rows),
      compiledContestant({ name: 'std::shuffle', source: 'std_shuffle', args: [String(rows)] }),
      pythonContestant({
        name: 'torch.randperm',
        workload: 'permutation',
        params: { rows },
        maxRuns: slowRuns,
      }),
      tfjsContestant('tfjs', 'permutation', { rows, maxRuns: slowRuns }),
    ],
  };
}

export const workloads: Workload[] = [workload('1e6', 1e6, 15, 15), workload('1e8', 1e8, 5, 2)];
