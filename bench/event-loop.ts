/**
 * Measures how training and checkpoints of a large model delay the event loop. Delays are those of
 * timers by the clock, and other processes stretch them. They do not stretch `busy`: the processor
 * time that the main thread spent between two ticks of a timer of 1 ms.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Trainer, data, nn, optim } from '../src/index.js';
import { Absent, type Contestant, type Workload } from './harness.js';

const parameters = Number(process.env['THALWEG_BENCH_PARAMETERS'] ?? 100e6);
const width = Math.round(Math.sqrt(parameters));
const rows = 4;
const resolution = 1;

/** Milliseconds of the processor that the main thread has had; Linux tells. */
class MainThread {
  readonly #file: number;
  readonly #text = Buffer.alloc(128);

  constructor() {
    try {
      this.#file = openSync(`/proc/self/task/${process.pid}/schedstat`, 'r');
    } catch {
      throw new Absent('the system does not tell the processor time of a thread');
    }
  }

  time(): number {
    const length = readSync(this.#file, this.#text, 0, this.#text.length, 0);
    return Number.parseInt(this.#text.toString('latin1', 0, length), 10) / 1e6;
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Sorted milliseconds that the main thread was busy from tick to tick during the body. */
async function turnsDuring(body: () => Promise<unknown>): Promise<number[]> {
  const thread = new MainThread();
  const turns: number[] = [];
  let last = thread.time();
  const timer = setInterval(() => {
    turns.push(thread.time() - last);
    last = thread.time();
  }, resolution);
  try {
    await body();
  } finally {
    clearInterval(timer);
    turns.push(thread.time() - last);
    thread.close();
  }
  return turns.sort((a, b) => a - b);
}

type Task = 'training' | 'training with checkpoints' | 'save' | 'resume';

/** One trainer serves all runs of a contestant: its constructor is no part of them. */
function preparing(task: Task, measure: (body: () => Promise<unknown>) => Promise<number>) {
  return async () => {
    const folder = mkdtempSync(join(process.env['THALWEG_BENCH_FOLDER'] ?? tmpdir(), 'thalweg-'));
    const file = join(folder, 'file.safetensors');
    const model = nn.sequential({ input: [width] }, nn.dense(width));
    const trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.adam() });
    const inputs = new Float32Array(rows * width).fill(0.1);
    const labels = new Float32Array(rows * width);
    const set = data.fromArrays({ inputs, shape: [rows, width], labels });
    const checkpoint = { folder: join(folder, 'run'), everySteps: 1, keepLast: 1, waits: true };
    const fit = (more: object) => trainer.fit(set, { epochs: 2, batchSize: 2, ...more });
    const tasks: Readonly<Record<Task, () => Promise<unknown>>> = {
      training: async () => fit({}),
      'training with checkpoints': async () => fit({ checkpoint }),
      save: () => trainer.save(file),
      resume: () => trainer.resume(file),
    };
    if (task === 'resume') await trainer.save(file);
    await new Promise((resolve) => setTimeout(resolve, 10)); // earlier work ends its turn
    return {
      run: () => measure(tasks[task]),
      dispose: () => {
        trainer.dispose();
        set.dispose();
        rmSync(folder, { recursive: true });
      },
    };
  };
}

const tasks: readonly Task[] = ['training', 'training with checkpoints', 'save', 'resume'];

function contestants(measure: (body: () => Promise<unknown>) => Promise<number>): Contestant[] {
  return tasks.map((name) => ({ name, prepare: preparing(name, measure) }));
}

/** Seconds of delay beyond the timer's own resolution. */
const delayAt = (share: number) => async (body: () => Promise<unknown>) => {
  const histogram = monitorEventLoopDelay({ resolution });
  histogram.enable();
  await body();
  histogram.disable();
  const found = share === 100 ? histogram.max : histogram.percentile(share);
  return Math.max(found / 1e9 - resolution / 1e3, 0);
};

const busyAt = (share: number) => async (body: () => Promise<unknown>) => {
  const turns = await turnsDuring(body);
  return turns[Math.min(turns.length - 1, Math.floor((turns.length * share) / 100))]! / 1e3;
};

const size = `${Math.round((width * width) / 1e6)}M`;
const measures = {
  'delay-p50': delayAt(50),
  'delay-p99': delayAt(99),
  'delay-max': delayAt(100),
  'busy-p99': busyAt(99),
  'busy-max': busyAt(100),
};

export const workloads: readonly Workload[] = Object.entries(measures).map(([name, measure]) => ({
  name: `event-loop-${size}-${name}`,
  unit: 'ms',
  scale: 1e3,
  rounds: 3,
  contestants: contestants(measure),
}));
