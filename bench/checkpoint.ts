/**
 * Checkpoints of a large state: writing beside a plain sequential write, resuming, and the pause.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Trainer, data, nn, optim } from '../src/index.js';
import type { Contestant, Workload } from './harness.js';

const parameters = Number(process.env['THALWEG_BENCH_PARAMETERS'] ?? 100e6);
const width = Math.round(Math.sqrt(parameters));
const model = nn.sequential({ input: [width] }, nn.dense(width));
const bytes = 3 * 4 * model.parameterCount; // weights and two slots of adam

function make(): Trainer {
  return new Trainer({ model, loss: 'meanSquaredError', optimizer: optim.adam() });
}

/** The disk to measure: THALWEG_BENCH_FOLDER, or the system's folder for temporary files. */
function newFolder(): string {
  return mkdtempSync(join(process.env['THALWEG_BENCH_FOLDER'] ?? tmpdir(), 'thalweg-bench-'));
}

function remove(folder: string): void {
  rmSync(folder, { recursive: true });
}

const save: Contestant = {
  name: 'thalweg',
  prepare() {
    const folder = newFolder();
    const trainer = make();
    return {
      run: () => trainer.save(join(folder, 'file.safetensors')),
      dispose: () => {
        trainer.dispose();
        remove(folder);
      },
    };
  },
};

const plainWrite: Contestant = {
  name: 'sequential write, fsync, rename',
  prepare() {
    const folder = newFolder();
    const piece = new Uint8Array(4 << 20).fill(1);
    return {
      run: async () => {
        const handle = await open(join(folder, 'new'), 'wx');
        for (let at = 0; at < bytes; at += piece.length)
          await handle.write(piece, 0, Math.min(piece.length, bytes - at), at);
        await handle.sync();
        await handle.close();
        await rename(join(folder, 'new'), join(folder, 'file'));
      },
      dispose: () => {
        remove(folder);
      },
    };
  },
};

const resume: Contestant = {
  name: 'thalweg',
  async prepare() {
    const folder = newFolder();
    const file = join(folder, 'file.safetensors');
    const trainer = make();
    await trainer.save(file);
    const train = data.fromArrays({
      inputs: new Float32Array(width),
      shape: [1, width],
      labels: new Float32Array(width),
    });
    return {
      run: async () => {
        await trainer.resume(file);
        await trainer.fit(train, { epochs: 1 });
      },
      dispose: () => {
        trainer.dispose();
        train.dispose();
        remove(folder);
      },
    };
  },
};

const step: Contestant = {
  name: 'the step alone',
  prepare() {
    const trainer = make();
    const train = data.fromArrays({
      inputs: new Float32Array(width),
      shape: [1, width],
      labels: new Float32Array(width),
    });
    return {
      run: async () => {
        await trainer.fit(train, { epochs: 1 });
      },
      dispose: () => {
        trainer.dispose();
        train.dispose();
      },
    };
  },
};

const size = `${Math.round(model.parameterCount / 1e6)}M`;

export const workloads: readonly Workload[] = [
  {
    name: `checkpoint-write-${size}`,
    unit: 's',
    scale: 1,
    rounds: 5,
    contestants: [save, plainWrite],
  },
  {
    name: `checkpoint-resume-${size}`,
    unit: 's',
    scale: 1,
    rounds: 5,
    contestants: [resume, step],
  },
];
