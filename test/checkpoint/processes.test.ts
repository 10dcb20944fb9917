/** Processes that train with checkpoints end at any moment, by a kill or by a polite signal. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { inspectWhole } from '../../src/checkpoint/inspect.js';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { generator } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';
import { endOf } from './runs.js';

const kills = Number(process.env['THALWEG_PROCESS_KILLS'] ?? 4);
const seed = Number(process.env['THALWEG_SEED'] ?? Date.now() % 1e9);

const model = nn.sequential({ input: [8] }, nn.dense(16, { activation: 'relu' }), nn.dense(2));
const train = data.fromArrays({
  inputs: Float32Array.from({ length: 800 }, (_, i) => ((i * 37) % 101) / 101),
  shape: [100, 8],
  labels: Int32Array.from({ length: 100 }, (_, i) => (i * 7) % 2),
});
const made = () =>
  new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.nadam(),
    device: 'cpu:baseline',
  });

/** Runs in a process of its own, and prints each checkpoint and the end. */
const script = (folder: string, options: string, after = ''): string => `
  const { Trainer, data, nn, optim } = require(${JSON.stringify(join(process.cwd(), 'dist'))});
  const model = nn.sequential({ input: [8] }, nn.dense(16, { activation: 'relu' }), nn.dense(2));
  const train = data.fromArrays({
    inputs: Float32Array.from({ length: 800 }, (_, i) => ((i * 37) % 101) / 101),
    shape: [100, 8],
    labels: Int32Array.from({ length: 100 }, (_, i) => (i * 7) % 2),
  });
  const trainer = new Trainer({
    model, loss: 'softmaxCrossEntropy', optimizer: optim.nadam(), device: 'cpu:baseline',
  });
  const folder = ${JSON.stringify(folder)};
  (async () => {
    await trainer.resume(folder);
    const { reason } = await trainer.fit(train, {
      batchSize: 10,
      checkpoint: { folder, everySteps: 1, waits: true },
      onEvent: ({ type, step }) => type === 'checkpoint' && console.log(step),
      ${options}
    });
    console.log(reason);
    ${after}
  })();`;

function start(text: string): { child: ChildProcess; output: () => string } {
  const child = spawn(process.execPath, ['-e', text]);
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  child.stderr.on('data', (part: Buffer) => (output += part.toString()));
  return { child, output: () => output };
}

const ended = (child: ChildProcess): Promise<number | string> =>
  new Promise((resolve) => child.once('close', (code, by) => resolve(by ?? code ?? -1)));

it(`${kills} processes that are killed, and go on, end in the same bits (seed ${seed})`, async () => {
  const random = generator(seed);
  const options = { epochs: 20, batchSize: 10 };
  using plain = made();
  const expected = endOf(plain, await plain.fit(train, options));
  let known = 0;
  let folder = newFolder();
  for (let killed = 0; killed < kills; killed++) {
    const { child, output } = start(script(folder, 'epochs: 20'));
    const close = ended(child);
    while (output() === '' && child.exitCode === null) await sleep(2);
    await sleep(random() * 40);
    child.kill('SIGKILL');
    await close;
    const told = Number(/(\d+)\n(?:completed\n)?$/.exec(output())?.[1] ?? 0);
    using trainer = made();
    const resumed = await trainer.resume(folder);
    expect(resumed?.damaged).toEqual([]);
    expect(resumed?.step).toBeGreaterThanOrEqual(Math.max(told, known));
    known = resumed!.step;
    expect(endOf(trainer, await trainer.fit(train, options))).toEqual(expected);
    if (known === 200) [folder, known] = [newFolder(), 0];
  }
}, 3600_000);

describe('a signal', () => {
  const endless = 'epochs: 1e9';
  /** Sends a signal once the run has written a checkpoint. */
  async function signalled(text: string, signal: NodeJS.Signals) {
    const { child, output } = start(text);
    const close = ended(child);
    while (output() === '' && child.exitCode === null) await sleep(2);
    child.kill(signal);
    return { status: await close, output: output() };
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s saves, and ends the process as ever',
    async (name) => {
      const folder = newFolder();
      const { status, output } = await signalled(script(folder, endless), name);
      expect(status).toBe(name);
      const told = Number(/(\d+)\n$/.exec(output)?.[1]);
      using trainer = made();
      const resumed = await trainer.resume(folder);
      expect(resumed?.damaged).toEqual([]);
      expect(resumed?.step).toBeGreaterThanOrEqual(told);
      expect(readdirSync(folder).some((each) => each.endsWith('.tmp'))).toBe(false);
    },
  );

  it('leaves the end to the program where that listens too', async () => {
    const listening = `process.on('SIGTERM', () => console.log('heard'));${script(newFolder(), endless, "console.log('tidy');")}`;
    const { status, output } = await signalled(listening, 'SIGTERM');
    expect(status).toBe(0);
    expect(output).toMatch(/heard\n(\d+\n)*aborted\ntidy\n$/);
  });

  it('is left to a listener of the program, even to one that listens once', async () => {
    const listening = `process.once('SIGINT', () => console.log('heard'));${script(newFolder(), endless, "console.log('tidy');")}`;
    const { status, output } = await signalled(listening, 'SIGINT');
    expect(status).toBe(0);
    expect(output).toMatch(/heard\n(\d+\n)*aborted\ntidy\n$/);
  });

  it('saves beside a listener that ends the process where it is alone, as signal-exit does', async () => {
    const folder = newFolder();
    const alone = `const alone = () => {
        if (process.listenerCount('SIGTERM') > 1) return;
        process.removeListener('SIGTERM', alone);
        process.kill(process.pid, 'SIGTERM');
      };
      process.on('SIGTERM', alone);`;
    const text = `${alone}${script(folder, endless, "console.log('tidy');")}`;
    const { status, output } = await signalled(text, 'SIGTERM');
    expect(status).toBe(0);
    expect(output).toMatch(/aborted\ntidy\n$/);
  });

  it('says why nothing could be saved, before the process ends', async () => {
    const folder = newFolder();
    const breaking = `const { rmSync, writeFileSync } = require('node:fs');
      setTimeout(() => { rmSync(folder, { recursive: true, maxRetries: 9 }); writeFileSync(folder, ''); }, 300);`;
    const text = script(folder, endless).replace('(async () => {', `${breaking} (async () => {`);
    const { child, output } = start(text);
    const close = ended(child);
    const isBroken = () => statSync(folder, { throwIfNoEntry: false })?.isFile() === true;
    while (!isBroken() && child.exitCode === null) await sleep(2);
    child.kill('SIGTERM');
    expect(await close).toBe(1); // the process ends by an unhandled rejection
    expect(output()).toMatch(/ThalwegError: expected the folder that the run has locked/);
  });

  it("is none of ours with signals: 'ignore', and after the run", async () => {
    const folder = newFolder();
    const ignoring = script(folder, endless).replace(
      'waits: true',
      "waits: true, signals: 'ignore'",
    );
    expect((await signalled(ignoring, 'SIGTERM')).status).toBe('SIGTERM');
    const after = script(newFolder(), 'epochs: 1', "console.log(process.listenerCount('SIGTERM'))");
    const { child, output } = start(after);
    expect(await ended(child)).toBe(0);
    expect(output()).toMatch(/completed\n0\n$/);
  });
});

describe('thalweg inspect', () => {
  const run = (...paths: string[]) =>
    promisify(execFile)(process.execPath, [join('dist', 'cli', 'main.js'), ...paths]).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );

  it('says what is missing, empty or damaged', async () => {
    const folder = newFolder();
    const missing = join(folder, 'none.safetensors');
    const damaged = join(newFolder(), 'damaged.safetensors');
    writeFileSync(damaged, 'half');
    const said = async (path: string) => {
      const { code, stdout, stderr } = await run('inspect', path);
      return [code, stdout + stderr];
    };
    expect(await said(folder)).toEqual([1, `none     ${folder}  has no checkpoint\n`]);
    expect(await said(missing)).toEqual([1, expect.stringMatching(/^missing {2}/)]);
    expect(await said(damaged)).toEqual([1, expect.stringMatching(/^damaged {2}/)]);
  });

  it('prints what a file and a folder hold', async () => {
    const folder = newFolder();
    using trainer = made();
    const { checkpoint: last } = await trainer.fit(train, { epochs: 2, checkpoint: { folder } });
    const { code, stdout } = await run('inspect', last!);
    expect(code).toBe(0);
    expect(stdout).toContain('good        format 2, every checksum is right\n');
    expect(stdout).toContain('trainer     nadam, softmaxCrossEntropy, seed 0, lineage ');
    expect(stdout).toContain('steps       8\nepochs      2 of 2\nloss        0.');
    expect(stdout).toContain('parameters  178 numbers in 4 tensors\n');
    expect(stdout).toContain('  slots/secondMoment/dense2.weight  F32 [16, 2]\n');
    const list = await run('inspect', folder);
    expect(list.stdout).toMatch(/^good {5}\S+-step-8\.safetensors {2}step 8, 2 epochs, /);
    expect((await inspectWhole(last!)).state.writer.thalweg).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('fails where one is damaged, and for wrong arguments', async () => {
    expect(await run('inspect', 'package.json')).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^damaged {2}expected .*package\.json/) as string,
    });
    expect((await run()).code).toBe(2);
    expect((await run('look', 'package.json')).code).toBe(2);
    expect((await run('--help')).stdout).toMatch(/^usage: thalweg COMMAND/);
  });
});
