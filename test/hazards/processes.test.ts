/** Threads and processes end, collect garbage or read files while training runs. */
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { type History, Trainer, data, nn, optim } from '../../src/index.js';
import { sameBits } from '../oracle/random.js';
import { newFolder } from '../new-folder.js';

const setUp = `
  const { Trainer, data, nn, optim } = require(${JSON.stringify(join(process.cwd(), 'dist'))});
  const { parentPort } = require('node:worker_threads');
  const model = nn.sequential({ input: [64] }, nn.dense(256, { activation: 'relu' }), nn.dense(3));
  const set = data.fromArrays({
    inputs: new Float32Array(64 * 2000).fill(0.1), shape: [2000, 64], labels: new Int32Array(2000),
  });
  const make = () => new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
  const endless = { epochs: 1e9 };`;

/** Runs the script in a process; returns its exit code or signal, and its output. */
async function ending(script: string, signal?: NodeJS.Signals, preload = '') {
  // LeakSanitizer, where it runs, cannot look at a process with threads at work.
  const ASAN_OPTIONS = `${process.env['ASAN_OPTIONS'] ?? ''}:detect_leaks=0`;
  const child = spawn(process.execPath, ['-e', setUp + script], {
    env: {
      ...process.env,
      THALWEG_THREADS: '2',
      ASAN_OPTIONS,
      LD_PRELOAD: [process.env['LD_PRELOAD'], preload].filter(Boolean).join(' '),
    },
  });
  let output = '';
  child.stderr.on('data', (text: Buffer) => (output += text.toString()));
  child.stdout.on('data', () => signal && child.kill(signal));
  const status = await new Promise<number | string>((resolve) =>
    child.once('close', (code, by) => resolve(by ?? code ?? -1)),
  );
  return { status, output };
}

describe('a process that has trained', () => {
  // Its children start anew: nothing of the parent's threads may be missing there.
  const once = `const train = () => make().fit(set, { epochs: 1 }).then((h) => h.epochs[0].loss);`;
  const compare = `.then((loss) => { if (loss !== expected) throw new Error(loss + ' is not ' + expected); })`;

  it('has children by child_process.fork that train to the same loss', async () => {
    const file = join(newFolder(), 'child.cjs');
    writeFileSync(file, `${setUp}${once} train().then((loss) => process.send(loss));`);
    const script = `${once} train().then((expected) => new Promise((resolve, reject) => {
        require('node:child_process').fork(${JSON.stringify(file)}).on('message', resolve).on('error', reject);
      })${compare});`;
    expect(await ending(script)).toEqual({ status: 0, output: '' });
  });

  it('has children by cluster.fork that train to the same loss', async () => {
    const file = join(newFolder(), 'cluster.cjs');
    writeFileSync(
      file,
      `${setUp}${once}
      const cluster = require('node:cluster');
      if (cluster.isPrimary) cluster.setupPrimary({ exec: __filename });
      if (cluster.isPrimary)
        train().then((expected) => new Promise((resolve) => {
          for (let i = 0; i < 2; i++) cluster.fork().on('message', resolve);
        })${compare});
      else train().then((loss) => process.send(loss, () => process.disconnect()));`,
    );
    expect(await ending(`require(${JSON.stringify(file)});`)).toEqual({ status: 0, output: '' });
  });
});

describe('a process with running trainers', () => {
  const running = `for (let i = 0; i < 3; i++) make().fit(set, endless);`;

  // These repetitions are enough to meet the end of the process in the middle of a loop over threads.
  it('ends by process.exit in a listener', async () => {
    const script = `${running}
      make().fit(set, { ...endless, onEvent: ({ type }) => type === 'epoch' && process.exit(7) });`;
    const endings = await Promise.all(Array.from({ length: 8 }, () => ending(script)));
    expect(endings).toEqual(endings.map(() => ({ status: 7, output: '' })));
  });

  it('ends by process.exit in the middle of a product of seconds', async () => {
    const script = `
      const wide = nn.sequential({ input: [8] }, nn.dense(2000), nn.dense(2000), nn.dense(2));
      const rows = 40_000;
      const inputs = new Float32Array(rows * 8).fill(0.5);
      const many = data.fromArrays({ inputs, shape: [rows, 8], labels: new Int32Array(rows) });
      const trainer = new Trainer({ model: wide, loss: 'softmaxCrossEntropy', optimizer: optim.sgd() });
      trainer.fit(many, { epochs: 1e9, batchSize: 'full' });
      setTimeout(() => process.exit(7), 1500);`;
    const endings = await Promise.all(Array.from({ length: 3 }, () => ending(script)));
    expect(endings).toEqual(endings.map(() => ({ status: 7, output: '' })));
  });

  it('ends by an error that nobody catches', async () => {
    const script = `${running} setTimeout(() => { throw new Error('stray'); }, 100);`;
    const { status, output } = await ending(script);
    expect([status, output.includes('Error: stray')]).toEqual([1, true]);
  });

  it('ends by a signal', async () => {
    const script = `${running} setTimeout(() => console.log('ready'), 100);`;
    expect(await ending(script, 'SIGTERM')).toEqual({ status: 'SIGTERM', output: '' });
  });

  it('ends by a failed run that nobody awaits, and prints its error', async () => {
    const { status, output } = await ending(`make().fit(set, { epochs: 0 });`);
    expect(status).toBe(1);
    expect(output).toContain('expected an integer in [1, ∞) for `fit.epochs`, received 0');
  });

  it('ends by itself, where a signal fires after disposal', async () => {
    const script = `const trainer = make(), controller = new AbortController();
      trainer.fit(set, { ...endless, signal: controller.signal });
      setTimeout(() => { trainer.dispose(); controller.abort(); }, 100);`;
    expect(await ending(script)).toEqual({ status: 0, output: '' });
  });

  it('ends by itself, once its runs are done, although nothing was disposed of', async () => {
    expect(await ending(`make().fit(set, { epochs: 2 });`)).toEqual({ status: 0, output: '' });
  });
});

/**
 * Makes a library under which pthread_create fails while the environment holds NO_THREADS. Where it
 * holds THREADS, pthread_create fails beyond that number of living threads.
 */
function threadlessLibrary(): string {
  const library = join(newFolder(), 'threadless.so');
  const source = `
    #include <atomic>
    #include <cerrno>
    #include <cstdlib>
    #include <dlfcn.h>
    #include <pthread.h>
    static std::atomic<int> living{0};
    struct Start {
      void* (*body)(void*);
      void* argument;
    };
    struct Living {  // pthread_exit counts it out too
      ~Living() { --living; }
    };
    static void* counted(void* place) {
      const Start start = *static_cast<Start*>(place);
      delete static_cast<Start*>(place);
      const Living until_the_end;
      return start.body(start.argument);
    }
    extern "C" int pthread_create(pthread_t* thread, const pthread_attr_t* attributes,
                                  void* (*body)(void*), void* argument) {
      using Create = decltype(&pthread_create);
      static const auto create = reinterpret_cast<Create>(dlsym(RTLD_NEXT, "pthread_create"));
      if (std::getenv("NO_THREADS") != nullptr) return EAGAIN;
      const char* most = std::getenv("THREADS");
      if (most == nullptr) return create(thread, attributes, body, argument);
      if (++living > std::atoi(most)) return --living, EAGAIN;
      return create(thread, attributes, counted, new Start{body, argument});
    }`;
  const compile = ['-shared', '-fPIC', '-x', 'c++', '-', '-o', library, '-ldl'];
  execFileSync('g++', compile, { input: source });
  return library;
}

describe('a system without another thread to give', () => {
  const library = threadlessLibrary();
  const threadless = async (script: string): ReturnType<typeof ending> =>
    ending(`(async () => { ${script} })();`, undefined, library);

  it('refuses the run, and the trainer goes on once there is one', async () => {
    const script = `
      const trainer = make();
      process.env.NO_THREADS = '1';
      const { code } = await trainer.fit(set, { epochs: 1 }).catch((error) => error);
      delete process.env.NO_THREADS;
      const { reason } = await trainer.fit(set, { epochs: 1 });
      console.error(code, reason);`;
    expect(await threadless(script)).toEqual({ status: 0, output: 'MEMORY completed\n' });
  });

  it('takes steps on one thread, of the same bits', async () => {
    const script = `
      const step = () => {
        const weight = new Float32Array(2 ** 20).fill(0.5);
        const gradient = Float32Array.from(weight, (_, i) => Math.sin(i));
        optim.bind(optim.adam(), { weight }, { clip: { globalNorm: 1 } }).step({ weight: gradient });
        return Buffer.from(weight.buffer);
      };
      process.env.NO_THREADS = '1';
      const alone = step();
      delete process.env.NO_THREADS;
      console.error(step().equals(alone), step().equals(alone));`;
    expect(await threadless(script)).toEqual({ status: 0, output: 'true true\n' });
  });

  it('trains on the one thread that a trainer has', async () => {
    const script = `
      const trainer = make();
      const small = data.fromArrays({
        inputs: new Float32Array(64), shape: [1, 64], labels: new Int32Array(1),
      });
      await trainer.fit(small, { epochs: 1 });
      await new Promise((resolve) => setTimeout(resolve, 100)); // its team, if any, ends
      process.env.NO_THREADS = '1';
      const { reason } = await trainer.fit(set, { epochs: 2, batchSize: 1000 });
      const outputs = await trainer.predict(new Float32Array(64 * 5000));
      console.error(reason, outputs.length);`;
    expect(await threadless(script)).toEqual({ status: 0, output: 'completed 15000\n' });
  });

  it('gathers batches in the loop that a thread beside it would gather ahead', async () => {
    const script = `
      process.env.THALWEG_THREADS = '1'; // with two processors, the other could gather
      const width = 2 ** 20, inputs = Uint8Array.from({ length: 3 * width }, (_, i) => i);
      const wide = data.fromArrays({ inputs, shape: [3, width], labels: Int32Array.of(0, 1, 2) });
      const model = nn.sequential({ input: [width] }, nn.dense(3, { weightInitializer: 'zeros' }));
      const optimizer = optim.sgd();
      const trainer = new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer });
      await trainer.evaluate(wide, { batchSize: 3 });
      process.env.NO_THREADS = '1';
      const { loss } = await trainer.evaluate(wide, { batchSize: 1 });
      delete process.env.NO_THREADS;
      console.error(loss === (await trainer.evaluate(wide, { batchSize: 1 })).loss);`;
    expect(await threadless(script)).toEqual({ status: 0, output: 'true\n' });
  });

  it('lets as many of 64 trainers run as it has threads for, and refuses the others', async () => {
    const script = `
      const trainers = Array.from({ length: 64 }, make);
      process.env.THREADS = '40';
      const runs = trainers.map((trainer) => trainer.fit(set, { epochs: 2, batchSize: 500 }));
      const codes = await Promise.all(runs.map((run) => run.then(() => 'done', ({ code }) => code)));
      const count = (wanted) => codes.filter((code) => code === wanted).length;
      console.error(count('done') >= 20, count('done') + count('MEMORY'));`;
    expect(await threadless(script)).toEqual({ status: 0, output: 'true 64\n' });
  });
});

describe('worker threads', () => {
  const train = `${setUp} for (let i = 0; i < 3; i++) make().fit(set, endless);
    const idle = make(); idle.predict(new Float32Array(64 * 5000)).catch(() => {}); idle.dispose();`;
  const message = async (worker: Worker): Promise<unknown> =>
    new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));

  it('may end in the middle with several trainers each, and disturb no other', async () => {
    const model = nn.sequential({ input: [8] }, nn.dense(32, { activation: 'tanh' }), nn.dense(3));
    const inputs = Float32Array.from({ length: 8000 }, (_, i) => Math.sin(i));
    const labels = Int32Array.from({ length: 1000 }, (_, i) => i % 3);
    using set = data.fromArrays({ inputs, shape: [1000, 8], labels });
    const make = (): Trainer =>
      new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
    using alone = make();
    await alone.fit(set, { epochs: 60, batchSize: 50 });

    const workers = Array.from({ length: 3 }, () => {
      return new Worker(`${train} parentPort.postMessage('running');`, { eval: true });
    });
    await Promise.all(workers.map(message));
    using disturbed = make();
    const run = disturbed.fit(set, { epochs: 60, batchSize: 50 });
    const codes = await Promise.all(workers.map((worker) => worker.terminate()));
    await run;
    expect(codes).toEqual([1, 1, 1]);
    const expected = alone.parameters();
    for (const [name, array] of Object.entries(disturbed.parameters()))
      expect(sameBits(array, expected[name]!), name).toBe(true);
  });

  it('exit by themselves while trainers run', async () => {
    const worker = new Worker(`${train} setTimeout(() => process.exit(5), 50);`, { eval: true });
    expect(await new Promise((resolve) => worker.once('exit', resolve))).toBe(5);
  });
});

describe('in one process', () => {
  const model = nn.sequential({ input: [64] }, nn.dense(256, { activation: 'relu' }), nn.dense(3));
  const make = (): Trainer =>
    new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam() });
  const examples = (): data.Dataset => {
    const labels = Int32Array.from({ length: 2000 }, (_, i) => i % 3);
    return data.fromArrays({ inputs: new Float32Array(128_000), shape: [2000, 64], labels });
  };

  it('garbage collection leaves a run alone whose trainer and data nobody holds', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    let collected = false;
    const registry = new FinalizationRegistry(() => (collected = true));
    let history: History | undefined;
    (() => {
      const trainer = make();
      registry.register(trainer, 0);
      void trainer.fit(examples(), { epochs: 5 }).then((result) => (history = result));
    })();
    while (history === undefined) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(history.reason).toBe('completed');
    for (let i = 0; i < 200 && !collected; i++) {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(collected).toBe(true); // nothing holds it after the end
  });

  it("files are read while more trainers run than libuv's pool has threads", async () => {
    using set = examples();
    const trainers = Array.from({ length: 6 }, make);
    const controller = new AbortController();
    let ended = 0;
    const options = { epochs: 1_000_000, signal: controller.signal };
    const runs = trainers.map(async (trainer) => {
      await trainer.fit(set, options);
      ended++;
    });
    expect((await readFile('package.json', 'utf8')).length).toBeGreaterThan(0);
    expect(ended).toBe(0);
    controller.abort();
    await Promise.all(runs);
    trainers.forEach((trainer) => trainer.dispose());
  });

  it('V8 is told of native memory: what is dropped is collected before it piles up', async () => {
    const inputs = new Float32Array(2 ** 20);
    const before = process.memoryUsage().rss;
    let most = 0;
    for (let i = 0; i < 300; i++) {
      data.fromArrays({ inputs, shape: [2 ** 20, 1] }); // 4 MB each, 1.2 GB in all
      await new Promise((resolve) => setImmediate(resolve)); // finalizers run between turns
      most = Math.max(most, process.memoryUsage().rss - before);
    }
    expect(most).toBeLessThan(2 ** 29);
  });

  it('subnormal numbers of JavaScript survive steps and runs', async () => {
    const half = (x: number): number => x * 0.5;
    using set = examples();
    using trainer = make();
    await trainer.fit(set, { epochs: 1 });
    const weight = new Float32Array(100);
    optim.bind(optim.adam(), { weight }).step({ weight: new Float32Array(100).fill(1e-40) });
    expect(half(1e-320)).toBeGreaterThan(0);
    expect(half(Math.fround(1e-40))).toBeGreaterThan(0);
  });
});
