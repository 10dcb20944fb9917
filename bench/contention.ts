/**
 * An MNIST epoch beside other processes: on an idle machine, with as many busy processes as
 * processors, and in control groups of one and of half a processor. Each case also runs in a worker
 * thread that loaded the package first. THALWEG_BEFORE names the root of another build to compare.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Absent, type Contestant, type Runner, type Workload } from './harness.js';
import { processContestant } from './peers/process.js';

interface Build {
  readonly name: string;
  readonly root: string;
}
/** How a contestant runs: where, and on how many threads (undefined: the package chooses). */
interface Way {
  readonly name: string;
  readonly threads?: number;
  readonly place: 'main' | 'worker';
}

const ways: readonly Way[] = [
  { name: '', place: 'main' },
  { name: ', 1 thread', threads: 1, place: 'main' },
  { name: ', 2 threads', threads: 2, place: 'main' },
  { name: ', in a worker', place: 'worker' },
];

/** A folder of control groups in which this process may make one, with the file of its quota. */
function makeGroup(share: number): string {
  for (const [mount, file] of [
    ['/sys/fs/cgroup/cpu', 'cpu.cfs_quota_us'],
    ['/sys/fs/cgroup', 'cpu.max'],
  ] as const) {
    if (!existsSync(mount)) continue;
    const folder = join(
      mount,
      `thalweg-bench-${process.pid}-${Math.random().toString(36).slice(2)}`,
    );
    try {
      mkdirSync(folder);
      writeFileSync(join(folder, file), `${share * 100_000}`);
      return folder;
    } catch {
      if (existsSync(folder)) rmdirSync(folder);
    }
  }
  throw new Absent('no control group can be made here; run as root');
}

function makeContestant(build: Build, way: Way, group?: string): Contestant {
  const script = [join(__dirname, 'peers', 'epoch.mjs'), build.root, way.place];
  const enter = group === undefined ? '' : `echo $$ > ${group}/cgroup.procs; `;
  return processContestant({ name: `${build.name}${way.name}`, repeat: 2 }, () => ({
    file: 'sh',
    args: ['-c', `${enter}exec "$0" "$@"`, process.execPath, ...script],
    request: {},
    environment: {
      THALWEG_THREADS: way.threads === undefined ? undefined : String(way.threads),
      OMP_NUM_THREADS: undefined,
    },
  }));
}

/** Keeps as many processes busy as there are processors, until `run` has ended. */
function besideBusyProcesses(contestant: Contestant): Contestant {
  return {
    ...contestant,
    async prepare() {
      const runner = await contestant.prepare();
      return {
        ...runner,
        run: async () => {
          const busy: ChildProcess[] = Array.from({ length: availableParallelism() }, () =>
            spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }),
          );
          try {
            await sleep(100);
            return await runner.run();
          } finally {
            for (const child of busy) child.kill('SIGKILL');
          }
        },
      };
    },
  };
}

/** Puts a contestant into a control group of its own, which ends with the runner. */
function inGroup(build: Build, way: Way, share: number): Contestant {
  return {
    name: `${build.name}${way.name}`,
    async prepare(): Promise<Runner> {
      const group = makeGroup(share);
      const runner = await makeContestant(build, way, group).prepare();
      return {
        ...runner,
        dispose: async () => {
          await runner.dispose?.();
          for (let turn = 0; turn < 50 && existsSync(group); ++turn)
            try {
              rmdirSync(group);
            } catch {
              await sleep(20);
            }
        },
      };
    },
  };
}

const before = process.env['THALWEG_BEFORE'];
const builds: Build[] = [
  { name: 'thalweg', root: join(__dirname, '..') },
  ...(before === undefined ? [] : [{ name: 'before', root: before }]),
];
const each = (make: (build: Build, way: Way) => Contestant): Contestant[] =>
  builds.flatMap((build) => ways.map((way) => make(build, way)));
const common = { unit: 'ms', scale: 1e3, rounds: 9 };

export const workloads: Workload[] = [
  { ...common, name: 'contention-idle', contestants: each((b, w) => makeContestant(b, w)) },
  {
    ...common,
    name: 'contention-busy',
    rounds: 15,
    contestants: each((b, w) => besideBusyProcesses(makeContestant(b, w))),
  },
  { ...common, name: 'contention-group-1', contestants: each((b, w) => inGroup(b, w, 1)) },
  { ...common, name: 'contention-group-0.5', contestants: each((b, w) => inGroup(b, w, 0.5)) },
];
