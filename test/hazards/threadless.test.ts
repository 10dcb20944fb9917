/** A system that has no thread to give. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';
import { ending } from './ending.js';

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
