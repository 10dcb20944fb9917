/** The number of threads has a reason that can be asked for, and trainers share the threads. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Trainer, data, device, nn, optim } from '../../src/index.js';
import { newFolder } from '../new-folder.js';

const root = join(__dirname, '..', '..');
const script = `
  import { device } from ${JSON.stringify(join(root, 'dist', 'index.mjs'))};
  const said = (() => {
    try {
      const { threads, threadsReason } = device.explain('cpu');
      return { threads, threadsReason };
    } catch ({ code, path, received }) {
      return { code, path, received };
    }
  })();
  console.log(JSON.stringify(said));`;

/** Returns what a process of its own says about its threads; `wrapper` runs it. */
function explain(environment: NodeJS.ProcessEnv, wrapper: readonly string[] = []): unknown {
  const [file, ...args] = [...wrapper, process.execPath, '--input-type=module', '-e', script];
  const env = { ...process.env, THALWEG_THREADS: undefined, ...environment };
  return JSON.parse(execFileSync(file, args, { env, encoding: 'utf8' }));
}

describe('THALWEG_THREADS', () => {
  it.each(['1', '3', '007', '256'])('sets the number of threads (%s)', (value) => {
    expect(explain({ THALWEG_THREADS: value })).toEqual({
      threads: Number(value),
      threadsReason: 'THALWEG_THREADS',
    });
  });

  it('counts as unset where it is empty', () => {
    expect(explain({ THALWEG_THREADS: '' })).toEqual(explain({}));
  });

  it.each([
    'abc',
    '1e9',
    '3junk',
    '-3',
    '0',
    '00',
    '+2',
    ' 2',
    '2 ',
    '1.5',
    '0x2',
    '257',
    '∞',
    'NaN',
    '2147483647',
    '4294967297',
    '99999999999999999999',
    '1'.repeat(5000),
  ])('is refused where it is no whole number from 1 to 256 (%s)', (value) => {
    expect(explain({ THALWEG_THREADS: value })).toEqual({
      code: 'RANGE',
      path: 'THALWEG_THREADS',
      received: value,
    });
  });
});

describe('the default number of threads', () => {
  it('is the number of processors that the process may run on', () => {
    expect(explain({}, ['taskset', '-c', '0'])).toEqual({
      threads: 1,
      threadsReason: '1 processor',
    });
    expect(explain({})).toMatchObject({ threads: Math.min(availableParallelism(), 256) });
  });

  /**
   * Makes a control group of version 1 or 2 with this much processor time; undefined where none can
   * be.
   */
  function makeGroup(share: number): string | undefined {
    for (const mount of ['/sys/fs/cgroup/cpu', '/sys/fs/cgroup']) {
      const folder = join(mount, `thalweg-test-${process.pid}`);
      const file = mount.endsWith('cpu') ? 'cpu.cfs_quota_us' : 'cpu.max';
      try {
        mkdirSync(folder);
      } catch {
        continue;
      }
      try {
        writeFileSync(join(folder, file), `${share * 100_000}`);
        return folder;
      } catch {
        rmdirSync(folder);
      }
    }
    return undefined;
  }

  it.for([0.5, 1, 1.5])(
    'no more than the control group grants, rounded down (%s)',
    (share, { skip }) => {
      const group = makeGroup(share);
      if (group === undefined) return skip('no control group can be made here');
      try {
        const wrapper = ['sh', '-c', `echo $$ > ${group}/cgroup.procs; exec "$0" "$@"`];
        const count = availableParallelism();
        expect(explain({}, wrapper)).toEqual({
          threads: 1,
          threadsReason:
            count === 1
              ? '1 processor'
              : `the control group's quota of processor time, less than ${count} processors`,
        });
        expect(explain({ THALWEG_THREADS: '2' }, wrapper)).toMatchObject({ threads: 2 });
      } finally {
        rmdirSync(group);
      }
    },
  );
});

const helpersNow = (): number =>
  readdirSync('/proc/self/task').filter(
    (task) => readFileSync(`/proc/self/task/${task}/comm`, 'utf8') === 'thalweg-helper\n',
  ).length;

it('trainers share the helpers', async () => {
  const model = nn.sequential({ input: [64] }, nn.dense(512), nn.dense(10));
  using train = data.fromArrays({
    inputs: new Float32Array(512 * 64).fill(0.5),
    shape: [512, 64],
    labels: new Int32Array(512),
  });
  const trainers: Trainer[] = [];
  try {
    for (let seed = 0; seed < 8; seed++)
      trainers.push(
        new Trainer({ model, seed, loss: 'softmaxCrossEntropy', optimizer: optim.sgd() }),
      );
    await Promise.all(trainers.map((trainer) => trainer.fit(train, { epochs: 2, batchSize: 256 })));
    expect(helpersNow()).toBeLessThanOrEqual(device.explain('cpu').threads - 1);
  } finally {
    for (const trainer of trainers) trainer.dispose();
  }
});

it('a worker that loaded the addon first, and ended, leaves helpers that still serve', () => {
  const program = `
    const { Worker, isMainThread, parentPort } = require('node:worker_threads');
    const train = async () => {
      const { Trainer, data, nn, optim } = require(${JSON.stringify(join(root, 'dist', 'index.js'))});
      const set = data.fromArrays({
        inputs: Float32Array.from({ length: 512 * 300 }, (_, i) => Math.sin(i)),
        shape: [512, 300],
        labels: Int32Array.from({ length: 512 }, (_, i) => i % 10),
      });
      const model = nn.sequential({ input: [300] }, nn.dense(500), nn.dense(10));
      const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
      const { epochs } = await trainer.fit(set, { epochs: 2, batchSize: 256 });
      return epochs[1].loss;
    };
    const inWorker = () =>
      new Promise((resolve, reject) => {
        const worker = new Worker(__filename);
        let loss;
        worker.on('message', (value) => { loss = value; });
        worker.on('error', reject);
        worker.on('exit', () => resolve(loss));
      });
    if (isMainThread)
      (async () => {
        const losses = [await inWorker(), await inWorker(), await train()];
        console.log(new Set(losses).size, typeof losses[0]);
      })();
    else train().then((loss) => parentPort.postMessage(loss));`;
  const file = join(newFolder(), 'train.cjs');
  writeFileSync(file, program);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
    encoding: 'utf8',
    env: { ...process.env, THALWEG_THREADS: '3' },
  });
  expect({ stdout, stderr, status }).toEqual({ stdout: '1 number\n', stderr: '', status: 0 });
});
