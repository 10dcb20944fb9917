/** A contestant that runs in Python: drives worker.py over its standard input and output. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Absent, type Contestant, type Runner } from '../harness.js';

const python = join(__dirname, '..', '..', '.cache', 'peers', 'bin', 'python');

interface Answer {
  readonly absent?: string;
  readonly seconds?: number;
}

/**
 * `workload` names a module beside worker.py. A sample is one request, whose `repeat` calls are
 * timed in Python, so the pipe is not part of the figure.
 */
export function pythonContestant(options: {
  readonly name: string;
  readonly workload: string;
  readonly params?: object;
  /** Calls per sample. Default 1. */
  readonly repeat?: number;
  readonly maxRuns?: number;
}): Contestant {
  const { name, workload, params = {}, repeat = 1, maxRuns } = options;
  return {
    name,
    repeat: 1,
    ...(maxRuns === undefined ? {} : { maxRuns }),
    prepare: () => start({ workload, params }, repeat),
  };
}

async function start(request: object, repeat: number): Promise<Runner> {
  const file = process.env['THALWEG_PEERS_PYTHON'] ?? python;
  if (!existsSync(file)) throw new Absent('script/bootstrap --peers installs it');
  const child = spawn(file, [join(__dirname, 'worker.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: process.env['OMP_NUM_THREADS'] ?? '2' },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<Answer> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = (await answers.next()) as IteratorResult<string, undefined>;
    if (done === true) throw new Error('the Python peer ended early; its message is above');
    return JSON.parse(value) as Answer;
  };
  const { absent } = await ask(JSON.stringify(request));
  if (absent !== undefined) {
    await stop(child);
    throw new Absent(absent);
  }
  return {
    run: async () => (await ask(`run ${repeat}`)).seconds ?? NaN,
    dispose: () => stop(child),
  };
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => {
      resolve();
    });
    child.stdin?.end();
  });
}
