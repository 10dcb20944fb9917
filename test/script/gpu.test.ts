/**
 * script/gpu on a bare machine: a PATH without Node.js, git and xz, where it finds what it brought.
 * Tools stand in that say what they were called with; the GPU itself is script/gpu's own business.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const tools =
  'bash env sed sort head tail mkdir dirname cat chmod grep tar timeout sleep tr wc printf'.split(
    ' ',
  );

function program(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

/** A checkout with what it brought, whose Node.js does `node`. */
function makeMachine(node = 'exit 0', { built = true } = {}) {
  const folder = newFolder();
  const bin = join(folder, 'tools');
  mkdirSync(bin);
  for (const name of tools) {
    const found = spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim();
    if (found !== '') symlinkSync(found, join(bin, name));
  }
  const print = ['-c', 'import sys; print(sys.executable)'];
  const python = execFileSync('python3', print, { encoding: 'utf8' }).trim();
  program(join(bin, 'python3'), `exec ${python} "$@"`);
  program(join(bin, 'nvidia-smi'), 'echo "GPU 0: some GPU"');
  program(join(bin, 'compute-sanitizer'), `echo "sanitizer $*" >>'${folder}/calls'`);
  cpSync('script/gpu', join(folder, 'script/gpu'));
  cpSync('test', join(folder, 'test'), { recursive: true });

  mkdirSync(join(folder, '.gpu'));
  program(join(folder, '.gpu/node'), `echo "$*" >>'${folder}/calls'\n${node}`);
  mkdirSync(join(folder, 'packed/node_modules/vitest'), { recursive: true });
  execFileSync('tar', ['-C', 'packed', '-cJf', '.gpu/packages.tar.xz', 'node_modules'], {
    cwd: folder,
  });
  execFileSync('xz', [join(folder, '.gpu/node')]);

  if (built) mkdirSync(join(folder, 'build/Release'), { recursive: true });
  for (const file of built ? ['thalweg.node', 'thalweg_cuda.so'] : [])
    writeFileSync(join(folder, 'build/Release', file), '');
  return {
    bring: (name: string, body = '') =>
      program(join(bin, name), `echo "${name} $*" >>'${folder}/calls'\n${body}`),
    run: (parts: string, environment: Record<string, string> = {}) => {
      const { status, stdout, stderr } = spawnSync('script/gpu', parts.split(' '), {
        cwd: folder,
        encoding: 'utf8',
        env: { PATH: bin, OUT: join(folder, 'out'), ...environment },
      });
      return { status, out: stdout + stderr };
    },
    calls: (): string =>
      existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8') : '',
    out: join(folder, 'out'),
    remove: (name: string) => execFileSync('rm', [join(bin, name)]),
  };
}

const imports = (name: string): string =>
  readFileSync(name, 'utf8')
    .match(/^import[^;]*;/gm)
    ?.join('') ?? '';

/** Every test that has something to do on a GPU. */
const gpuTests = readdirSync('test', { recursive: true, encoding: 'utf8' })
  .map((name) => join('test', name))
  .filter((name) => name.endsWith('.test.ts') && imports(name).includes('oracle/cuda.js'))
  .sort();

const missing = ['xz', 'python3'].filter((name) => spawnSync(name, ['--version']).status !== 0);

describe.skipIf(missing.length > 0)(
  `script/gpu${missing.map((name) => `, without ${name}`).join('')}`,
  () => {
    it('says what comes first on a new machine', () => {
      const { status, out } = makeMachine().run('--help');
      expect(status).toBe(0);
      const order = ['nvidia-smi -L;', 'gpu build ', 'gpu contract ', 'gpu loop ', 'gpu sanitizer'];
      const places = order.map((words) => out.indexOf(words, out.indexOf('The first ten minutes')));
      expect(places.every((place, i) => place > (places[i - 1] ?? 0))).toBe(true);
    });

    it.each([
      ['contract --nonsense', 2, /unknown option --nonsense/],
      ['contract', 1, /(nvcc|c\+\+) is not on PATH/],
    ])('refuses %s', (parts, status, words) => {
      const end = makeMachine().run(parts);
      expect(end.out).toMatch(words);
      expect(end.status).toBe(status);
    });

    it('refuses a machine without a GPU, and one to which no build was brought', () => {
      const machine = makeMachine('exit 0', { built: false });
      expect(machine.run('loop --no-build').out).toMatch(/thalweg\.node is not there: carry build/);
      machine.remove('nvidia-smi');
      expect(machine.run('loop').out).toMatch(/no NVIDIA driver/);
    });

    it('runs every test that uses a GPU, in two parts', () => {
      const machine = makeMachine();
      const { status, out } = machine.run('contract loop --no-build');
      expect(status, out).toBe(0);
      const runs = machine
        .calls()
        .split('\n')
        .filter((line) => line.includes('vitest.mjs run'));
      const files = runs.map((line) => line.match(/test\/\S+\.test\.ts/g) ?? []);
      expect(files).toHaveLength(2);
      expect(files.flat().sort()).toEqual(gpuTests);
      expect(files[0]).toContain('test/contract/operations.test.ts');
      expect(files[1]).toContain('test/train/guard.test.ts');
      expect(out.trim().split('\n').slice(-2)).toEqual([
        expect.stringMatching(/^gpu: contract +passed, \d+ s$/),
        expect.stringMatching(/^gpu: loop +passed, \d+ s$/),
      ]);
    });

    it('compiles once for all parts of a call', () => {
      const machine = makeMachine();
      for (const name of ['nvcc', 'c++', 'cmake', 'ninja']) machine.bring(name);
      const { status, out } = machine.run('contract loop sanitizer=memcheck build');
      expect(status, out).toBe(0);
      expect(machine.calls().match(/^(cmake|ninja) .*|vitest\.mjs run|^sanitizer/gm)).toEqual([
        expect.stringMatching(/^cmake -S native -B build .*THALWEG_CUDA_EMULATION=ON/),
        'ninja -C build',
        'vitest.mjs run',
        'vitest.mjs run',
        'sanitizer',
      ]);
      const parts = out.match(/^gpu: (\S+) +passed, \d+ s$/gm)!.map((line) => line.split(' ')[1]);
      expect(parts).toEqual(['compile', 'contract', 'loop', 'sanitizer=memcheck', 'build']);
    });

    it('runs no part where compiling fails', () => {
      const machine = makeMachine();
      for (const name of ['nvcc', 'c++', 'cmake']) machine.bring(name);
      machine.bring('ninja', 'echo "some error"; exit 1');
      const { status, out } = machine.run('contract loop');
      expect(status).toBe(1);
      expect(out).toMatch(
        /some error\ngpu: compile +FAILED.*\ngpu: contract +FAILED.*\ngpu: loop +FAILED/,
      );
      expect(machine.calls()).not.toContain('vitest');
      expect(machine.calls().match(/^ninja/gm)).toHaveLength(1);
    });

    it('watches its own kernels, with each tool or one', () => {
      const machine = makeMachine();
      machine.run('sanitizer --no-build');
      machine.run('sanitizer=racecheck --no-build');
      const watched = machine
        .calls()
        .split('\n')
        .filter((line) => line.startsWith('sanitizer'));
      expect(watched.map((line) => line.split(' ')[2])).toEqual([
        'memcheck',
        'initcheck',
        'synccheck',
        'racecheck',
        'racecheck',
      ]);
      for (const line of watched)
        expect(line).toMatch(
          /--kernel-regex kns=thalweg .* node --import tsx script\/gpu-smoke\.ts$/,
        );
    });

    it('measures what it is told to, and a short list with --quick alone', () => {
      const machine = makeMachine();
      const words = (): string[] =>
        machine
          .calls()
          .split('\n')
          .filter((line) => line.includes('run.ts --json'))
          .map((line) => line.split('.json ')[1]!);
      machine.run('bench=cuda-lion --no-build --quick');
      machine.run('bench --no-build --quick');
      machine.run('bench --no-build');
      expect(words()).toEqual(['cuda-lion', 'cuda-adam-100K cuda-adam-256M cuda-mnist', 'cuda']);
    });

    it('shows no results of an earlier run', () => {
      const machine = makeMachine(`case "$*" in *--json*) exit 1 ;; *--show*) cat "$3" ;; esac`);
      mkdirSync(machine.out);
      writeFileSync(join(machine.out, 'cuda.json'), 'old results');
      expect(machine.run('bench --no-build').out).not.toContain('old results');
    });

    it('stops a part that hangs, shows what is finished, and goes on with the next', () => {
      const machine = makeMachine('case "$*" in *run.ts\\ --json*) sleep 60 ;; esac');
      const begin = Date.now();
      const { status, out } = machine.run('bench loop --no-build', { THALWEG_GPU_SECONDS: '1' });
      expect(Date.now() - begin).toBeLessThan(50_000);
      expect(status).toBe(1);
      expect(out).toMatch(/out of time after 1 s/);
      expect(machine.calls()).toMatch(/run\.ts --show \S*\/out\/cuda\.json/);
      expect(out).toMatch(/gpu: bench +FAILED, \d+ s\ngpu: loop +passed/);
    });
  },
);
