/** Environment variables choose the implementations, and each of them trains. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { device } from '../src/index.js';
import { failure } from './oracle/failure.js';

interface Trained {
  readonly explanation: device.DeviceExplanation;
  /** The accuracy on xor after training. */
  readonly accuracy: number;
  /** The weights after steps of an optimizer alone, in hexadecimal. */
  readonly stepped: string;
  /** The initial weights of each distribution, in hexadecimal. */
  readonly initial: string;
}

const script = `
  const { Trainer, data, device, nn, optim } = require(${JSON.stringify(join(process.cwd(), 'dist'))});
  const inputs = Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1);
  const set = data.fromArrays({ inputs, shape: [4, 2], labels: Int32Array.of(0, 1, 1, 0) });
  const model = nn.sequential({ input: [2] }, nn.dense(16, { activation: 'tanh' }), nn.dense(2));
  const optimizer = optim.adam({ learningRate: 0.05 });
  const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer, seed: 1 });
  const layers = ['heUniform', 'heNormal', 'heTruncatedNormal'].map((weightInitializer) =>
    nn.dense(30, { weightInitializer }));
  const deep = nn.sequential({ input: [30] }, ...layers);
  const drawn = new Trainer({ model: deep, loss: 'meanSquaredError', optimizer, seed: 1 }).parameters();
  const weight = Float32Array.from({ length: 1001 }, (_, i) => Math.sin(i));
  const stepper = optim.bind(optimizer, { weight });
  for (let step = 0; step < 10; step++) stepper.step({ weight: weight.map(Math.cos) });
  trainer.fit(set, { epochs: 200, batchSize: 'full' }).then(({ epochs }) => {
    const hex = (array) => Buffer.from(array.buffer).toString('hex');
    const { accuracy } = epochs.at(-1);
    const initial = Object.values(drawn).map(hex).join();
    console.log(JSON.stringify({ explanation: device.explain(), accuracy, stepped: hex(weight), initial }));
  });`;

/** Trains in a process of its own with these environment variables. */
async function trained(environment: Readonly<Record<string, string>>): Promise<Trained> {
  const env = { ...process.env, ...environment };
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', script], { env });
  return JSON.parse(stdout) as Trained;
}
const implementation = ({ operations }: device.DeviceExplanation, name: string): string =>
  operations.find(({ operation }) => operation === name)?.implementation ?? 'absent';

const sets = ['baseline', 'avx2', 'avx512'];
const here = sets.slice(0, 1 + sets.indexOf(device.explain().isa));

describe('THALWEG_ISA', () => {
  it('forces each instruction set of the processor: all train, steps and initial weights have the same bits', async () => {
    const results = await Promise.all(here.map((isa) => trained({ THALWEG_ISA: isa })));
    results.forEach(({ explanation, accuracy }, i) => {
      expect(explanation.isa).toBe(here[i]);
      expect(implementation(explanation, 'step')).toBe(`lanes (${here[i]!})`);
      expect(accuracy).toBe(1);
    });
    expect(new Set(results.map(({ stepped }) => stepped)).size).toBe(1);
    expect(new Set(results.map(({ initial }) => initial)).size).toBe(1);
  });

  it('refuses a set that does not exist, by name', async () => {
    await expect(trained({ THALWEG_ISA: 'avx9' })).rejects.toThrow(
      /expected baseline, avx2 or avx512 for `THALWEG_ISA`, received avx9/,
    );
  });
});

describe('products on the baseline', () => {
  it('are in software on x86-64, which has no fused multiply-adds there, and in hardware on ARM', () => {
    const { operations } = device.explain('cpu:baseline');
    const { implementation } = operations.find(({ operation }) => operation === 'dense_forward')!;
    const note = process.arch === 'x64' ? ', fused multiply-adds in software' : '';
    expect(implementation).toBe(`lanes (baseline)${note}`);
  });
});

describe('explain', () => {
  it('names every operation, and one implementation throughout the reference', () => {
    const { operations } = device.explain('reference');
    expect(operations.length).toBeGreaterThan(5);
    expect(new Set(operations.map((each) => each.implementation))).toEqual(new Set(['reference']));
  });

  it('tells of the machine around it', () => {
    const { addon, plugins, gpus, memory, system, threads, threadsReason } = device.explain();
    expect(existsSync(addon)).toBe(true);
    expect(plugins.map(({ name }) => name)).toEqual(['CUDA']);
    for (const { loaded, about } of plugins)
      expect([typeof loaded, about === '']).toEqual(['boolean', false]);
    expect(gpus.missing === '').toBe(gpus.devices.length > 0);
    expect(memory.total).toBe(totalmem());
    expect(system.node).toBe(process.versions.node);
    expect(threads).toBeGreaterThan(0);
    expect(threadsReason).not.toBe('');
    expect(JSON.parse(JSON.stringify(device.explain('cpu')))).toHaveProperty('system.platform');
  });

  it('says which device a name chooses', () => {
    expect(device.explain().device).toBe('cpu');
    expect(device.explain('cpu:baseline')).toMatchObject({
      device: 'cpu:baseline',
      isa: 'baseline',
    });
  });

  it('refuses what is no device, with a suggestion', async () => {
    const misspelt = await failure(() => device.explain('referense' as never));
    expect([misspelt.code, misspelt.remedy]).toEqual(['NO_DEVICE', 'did you mean `reference`?']);
    expect((await failure(() => device.explain(5 as never))).code).toBe('TYPE');
  });
});
