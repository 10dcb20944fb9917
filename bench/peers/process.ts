/** Drives a contestant in a process of its own over its standard input and output. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Absent, type Contestant, type Runner } from '../harness.js';

interface Answer {
  readonly absent?: string;
  readonly seconds?: number;
}

export interface Peer {
  readonly file: string;
  readonly args: readonly string[];
  /** The first line that the process reads, as JSON. */
  readonly request: object;
  /** Changes to the environment of the process; undefined removes a variable. */
  readonly environment?: NodeJS.ProcessEnv;
}

export interface PeerOptions {
  readonly name: string;
  /** The number of calls of one sample. Default 1. */
  readonly repeat?: number;
  readonly maxRuns?: number;
}

/**
 * The process answers its request with `{"ready": true}` or `{"absent": reason}`, and each line
 * `run N` with `{"seconds"}` of one call, averaged over N, so that the pipe is not measured.
 * `find` throws {@link Absent} where there is no such program.
 */
export function processContestant(options: PeerOptions, find: () => Peer): Contestant {
  const { name, repeat = 1, maxRuns } = options;
  return {
    name,
    repeat: 1,
    ...(maxRuns === undefined ? {} : { maxRuns }),
    prepare: () => start(find(), repeat),
  };
}

async function start({ file, args, request, environment }: Peer, repeat: number): Promise<Runner> {
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, OMP_NUM_THREADS: process.env['OMP_NUM_THREADS'] ?? '2', ...environment },
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<Answer> => {
    child.stdin.write(`${line}\n`);
    const { value, done } = (await answers.next()) as IteratorResult<string, undefined>;
    if (done === true) throw new Error(`${file} ended early; its message is above`);
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
