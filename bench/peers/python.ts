/** Contestants in Python; worker.py runs them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Absent, type Contestant } from '../harness.js';
import { processContestant, type PeerOptions } from './process.js';

const python = join(__dirname, '..', '..', '.cache', 'peers', 'bin', 'python');

/** Makes a contestant from the module `workload` beside worker.py. */
export function pythonContestant(
  options: PeerOptions & { readonly workload: string; readonly params?: object },
): Contestant {
  const { workload, params = {} } = options;
  return processContestant(options, () => {
    const file = process.env['THALWEG_PEERS_PYTHON'] ?? python;
    if (!existsSync(file)) throw new Absent('script/bootstrap --peers installs it');
    return { file, args: [join(__dirname, 'worker.py')], request: { workload, params } };
  });
}
