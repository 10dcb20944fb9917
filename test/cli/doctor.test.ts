import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../src/cli/examine.js';
import { rightLoss, trialSteps, trialWeights } from '../../src/cli/trial.js';
import { device } from '../../src/index.js';
import { newFolder } from '../new-folder.js';
import { bash, main, thalweg } from './command.js';

const sanitized = process.env['THALWEG_SANITIZER'] !== undefined;
const emulated = resolve('build', 'Release', 'thalweg_cuda_emulated.so');
const addon = resolve(process.env['THALWEG_ADDON'] ?? join('build', 'Release', 'thalweg.node'));

/** Returns the object of `thalweg doctor --json`, and its exit status. */
function diagnosed(env: NodeJS.ProcessEnv): Diagnosis & { readonly status: number | null } {
  const { status, stdout, stderr } = thalweg(['doctor', '--json'], env);
  expect(stderr).toBe('');
  return { ...(JSON.parse(stdout) as Diagnosis), status };
}

/** Writes a file of these bytes, which stands for an addon. */
function addonOf(bytes: Buffer | string, name = 'thalweg.node'): NodeJS.ProcessEnv {
  const file = join(newFolder(), name);
  writeFileSync(file, bytes);
  return { THALWEG_ADDON: file };
}

/** Names that the addon needs from its libraries, as versions and file names. */
function namesOf(pattern: RegExp): string[] {
  return [...new Set(readFileSync(addon, 'latin1').match(pattern))];
}

/** Returns the addon with these names replaced by others of the same length. */
function renamed(names: readonly string[], to: (name: string) => string): Buffer {
  const bytes = readFileSync(addon);
  for (const name of names)
    for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1))
      bytes.write(to(name), at, 'latin1');
  return bytes;
}

const glibc = namesOf(/GLIBC_2\.\d\d\0/g);
const libstdcxx = namesOf(/GLIBCXX_3\.4\.\d\d\0/g);

function withByte(offset: number, value: number): Buffer {
  const bytes = readFileSync(addon);
  bytes[offset] = value;
  return bytes;
}

describe('where all is well', () => {
  it('says what explain() says, and trains', () => {
    const { status, facts, trials, trains, thalweg: version } = diagnosed({});
    expect([status, trains]).toEqual([0, true]);
    expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    const { memory, ...here } = device.explain();
    expect(facts).toMatchObject({ ...here, memory: { total: memory.total } });
    expect(facts.addon).toBe(addon);
    expect(trials.map((trial) => trial.device)).toEqual(['cpu']);
    expect(trials[0]!.loss).toBeCloseTo(rightLoss, 5);
  });

  it('prints a line for each fact, without a terminal unbroken and without colours', () => {
    const { status, stdout } = thalweg(['doctor']);
    expect(status).toBe(0);
    const labels = ['thalweg', 'Node.js', 'platform', 'processor', 'memory', 'addon'];
    const more = ['instructions', 'threads', 'GPU', 'driver', 'device', 'training'];
    for (const label of [...labels, ...more])
      expect(stdout).toMatch(new RegExp(`^${label.replace('.', '\\.')} {2,}\\S`, 'm'));
    expect(stdout).toContain(`addon         ${addon}\n`);
    expect(stdout).not.toContain('\x1b');
    expect(stdout).toMatch(/\n\nThis machine trains on cpu\.\n$/);
  });

  it('needs no variable of the environment', () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'doctor'], {
      env: {},
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('This machine trains on cpu.');
  });

  // A shell does not start with a sanitizer's library in front of its own.
  it.skipIf(sanitized)('gives its status to a reader that leaves early', () => {
    const { stdout, stderr } = bash('thalweg doctor | head -1; echo "${PIPESTATUS[@]}"');
    expect([stdout, stderr]).toEqual([expect.stringMatching(/^thalweg .*\n0 0\n$/), '']);
  });
});

describe.runIf(existsSync(emulated))('with GPUs', () => {
  it('trains on the first and on the processor', () => {
    const { status, facts, trials } = diagnosed({ THALWEG_CUDA: emulated });
    expect(status).toBe(0);
    expect(facts.gpus!.devices.map(({ name }) => name)).toEqual(['cuda:0', 'cuda:1']);
    expect(trials).toMatchObject([
      { device: 'cuda:0', trains: true },
      { device: 'cpu', trains: true },
    ]);
  });

  it('a plugin that does not load leaves the processor', () => {
    const { status, facts, trials } = diagnosed({ THALWEG_CUDA: '/no/such.so' });
    expect([status, facts.device, trials.length]).toEqual([0, 'cpu', 1]);
    expect(facts.plugins!.find(({ name }) => name === 'CUDA')).toMatchObject({
      loaded: false,
      about: expect.stringMatching(/does not load: \/no\/such\.so/) as string,
    });
  });
});

it('the right loss is that of double precision', () => {
  const [w1, b1, w2, b2] = Object.values(trialWeights).map((values) => [...values]);
  const parameters = [w1!, b1!, w2!, b2!];
  const rows = [
    [0, 0, 0],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
  ] as const;
  const meanLoss = (): number =>
    rows.reduce((sum, [x, y, label]) => {
      const hidden = b1!.map((b, j) => Math.tanh(b + x * w1![j]! + y * w1![4 + j]!));
      const outputs = b2!.map((b, k) => hidden.reduce((z, h, j) => z + h * w2![2 * j + k]!, b));
      const total = Math.log(Math.exp(outputs[0]!) + Math.exp(outputs[1]!));
      return sum + (total - outputs[label]!) / rows.length;
    }, 0);
  const velocity = parameters.map((values) => values.map(() => 0));
  for (let step = 0; step < trialSteps; step++) {
    const gradients = parameters.map((values) =>
      values.map((value, i) => {
        const [above, below] = [1e-5, -1e-5].map((shift) => {
          values[i] = value + shift;
          return meanLoss();
        });
        values[i] = value;
        return (above! - below!) / 2e-5;
      }),
    );
    parameters.forEach((values, p) => {
      values.forEach((value, i) => {
        velocity[p]![i] = 0.9 * velocity[p]![i]! + gradients[p]![i]!;
        values[i] = value - 0.5 * velocity[p]![i]!;
      });
    });
  }
  expect(meanLoss()).toBeCloseTo(rightLoss, 6);
});

describe('an addon that does not load: status 1, the reason and a remedy', () => {
  const cases: readonly (readonly [string, () => NodeJS.ProcessEnv, RegExp, RegExp])[] = [
    [
      'no file',
      () => ({ THALWEG_ADDON: '/no/such/file.node' }),
      /for `THALWEG_ADDON`, received none of \/no\/such\/file\.node/,
      /unset it/,
    ],
    ['an empty file', () => addonOf(''), /received an empty file/, /install the package again/],
    [
      'a file of another kind',
      () => addonOf('no library '.repeat(20)),
      /received a file of another kind/,
      /script\/build/,
    ],
    [
      'half a file',
      () => addonOf(readFileSync(addon).subarray(0, 200_000)),
      /expected \d+ bytes for .*, received 200000 bytes/,
      /install the package again/,
    ],
    [
      'one for another processor',
      () => addonOf(withByte(18, process.arch === 'x64' ? 0xb7 : 0x3e)),
      /expected one for (x64|arm64) for .*, received a library for (arm64|x64)/,
      /install the package on this machine/,
    ],
    [
      'one for 32 bits',
      () => addonOf(withByte(4, 1)),
      /received a library for another processor/,
      /install the package on this machine/,
    ],
    [
      'one for a newer glibc',
      () => addonOf(renamed(glibc.slice(0, 1), () => 'GLIBC_2.99\0')),
      /expected glibc 2\.99 or newer for .*, received glibc \d/,
      /use a newer Linux, or build it/,
    ],
    [
      'a library that is no addon',
      () => addonOf(renamed(['napi_register_module_v1\0'], () => 'napi_register_module_x1\0')),
      /expected an addon that loads/,
      /install the package again/,
    ],
    [
      'another failure of its start',
      () => addonOf('throw new Error("it broke")', 'thalweg.js'),
      /received it broke/,
      /install the package again/,
    ],
  ];

  const ofLibstdcxx: typeof cases = [
    [
      'one for a newer libstdc++',
      () => addonOf(renamed(libstdcxx.slice(0, 1), (name) => name.replace('3.4', '3.9'))),
      /expected libstdc\+\+ with GLIBCXX 3\.9\.\d\d or newer for .*, received \S*libstdc\+\+\.so\.6/,
      /install a newer libstdc\+\+6/,
    ],
    [
      'a library that is missing',
      () => addonOf(renamed(['libstdc++.so.6\0'], () => 'libstdc++.so.9\0')),
      /received a system without libstdc\+\+\.so\.9/,
      /install it/,
    ],
  ];
  const isShared = libstdcxx.length > 0;

  it.each(isShared ? [...cases, ...ofLibstdcxx] : cases)('%s', (_, environment, what, remedy) => {
    const { status, troubles, trains, trials, facts } = diagnosed(environment());
    expect([status, trains, trials]).toEqual([1, false, []]);
    expect(troubles[0]!.what).toMatch(/^the addon does not work: expected /);
    expect(troubles[0]!.what).toMatch(what);
    expect(troubles[0]!.remedy).toMatch(remedy);
    expect(facts.system.platform).toBe(`${process.platform}-${process.arch}`);
    expect(facts.memory.total).toBeGreaterThan(0);
  });

  it('prints the trouble, its remedy and the verdict', () => {
    const { status, stdout, stderr } = thalweg(['doctor'], { THALWEG_ADDON: '/no/such.node' });
    expect([status, stderr]).toEqual([1, '']);
    expect(stdout).toMatch(/^addon {9}does not work$/m);
    expect(stdout).toMatch(/\n\ntrouble {7}the addon .*\nremedy {8}name an existing file/);
    expect(stdout).toMatch(/\n\nNothing can train here\.\n$/);
  });

  it.runIf(process.getuid?.() !== 0)('names an addon that may not be read', () => {
    const env = addonOf(readFileSync(addon));
    chmodSync(env['THALWEG_ADDON']!, 0);
    expect(diagnosed(env).troubles[0]!.what).toMatch(/received permission denied/);
  });

  it('the same error meets who imports the package', () => {
    const script = `try { require(${JSON.stringify(resolve('dist'))}) } catch (e) { console.log(e.name, e.code, e.remedy) }`;
    const env = { ...process.env, ...addonOf(withByte(18, 0x16)) };
    const { stdout } = spawnSync(process.execPath, ['-e', script], { env, encoding: 'utf8' });
    expect(stdout).toMatch(/^ThalwegError UNSUPPORTED install the package on this machine/);
  });
});

describe('an addon that loads and errs', () => {
  /** Returns the addon after this code has changed its exports. */
  const changed = (code: string): NodeJS.ProcessEnv =>
    addonOf(
      `const real = require(${JSON.stringify(addon)});
       const exports_ = module.exports = { ...real };
       exports_.Trainer = class extends real.Trainer { ${code} };`,
      'thalweg.js',
    );

  it('a wrong number is a trouble, and nothing can train', () => {
    const wrong = `async evaluate(...given) {
      const sums = await super.evaluate(...given);
      return { ...sums, lossSum: sums.lossSum * 1.01 };
    }`;
    const { status, trials, troubles } = diagnosed(changed(wrong));
    expect([status, trials[0]!.trains]).toEqual([1, false]);
    expect(troubles[0]!.what).toMatch(/^cpu computes wrongly: a loss of 0\.136\d* after 20 steps/);
  });

  it('a NaN, which JSON has not, too', () => {
    const { status, stdout } = thalweg(
      ['doctor'],
      changed('async evaluate() { return { lossSum: NaN, correct: 0, examples: 4 }; }'),
    );
    expect(status).toBe(1);
    expect(stdout).toMatch(/^training {6}cpu is wrong$/m);
    expect(stdout).toMatch(/^trouble {7}cpu computes wrongly: a loss of NaN /m);
  });

  it('a training that fails is named with its error', () => {
    const { status, troubles } = diagnosed(changed('async train() { throw new Error("no way"); }'));
    expect(status).toBe(1);
    expect(troubles[0]!.what).toMatch(/^training fails on cpu: .*no way/);
  });

  it('wrong variables are named with their remedy', () => {
    const threads = diagnosed({ THALWEG_THREADS: '1e9' });
    expect(threads.status).toBe(1);
    expect(threads.troubles[0]).toEqual({
      what: 'the addon does not work: expected a whole number from 1 to 256 for `THALWEG_THREADS`, received 1e9',
      remedy: 'unset it to use the processors there are',
    });
    const { status, troubles } = diagnosed({ THALWEG_ISA: 'avx9' });
    expect(status).toBe(1);
    expect(troubles[0]).toEqual({
      what: 'the addon does not work: expected baseline, avx2 or avx512 for `THALWEG_ISA`, received avx9',
      remedy: 'unset it',
    });
  });
});
