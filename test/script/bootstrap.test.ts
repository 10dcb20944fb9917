/** script/bootstrap says what a machine lacks before it does anything. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const shell = [
  'bash',
  'env',
  'sed',
  'sort',
  'head',
  'mkdir',
  'dirname',
  'cat',
  'rm',
  'grep',
  'chmod',
];

/** Puts a program in the place of another; a link's target stays as it is. */
function program(folder: string, name: string, text: string): void {
  rmSync(join(folder, name), { force: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${text}\n`);
  chmodSync(join(folder, name), 0o755);
}

/** Makes a checkout, and a PATH with a shell's tools and with a user who is not root. */
function makeMachine(programs: Record<string, string>) {
  const folder = newFolder();
  const tools = join(folder, 'tools');
  mkdirSync(tools);
  for (const name of shell) {
    const found = spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim();
    if (found !== '') symlinkSync(found, join(tools, name));
  }
  symlinkSync(process.execPath, join(tools, 'node'));
  program(tools, 'npm', 'exit 1');
  program(tools, 'id', 'echo 1000');
  program(tools, 'apt-get', `echo "$*" >>'${join(folder, 'apt')}'`);
  for (const [name, text] of Object.entries(programs)) program(tools, name, text);
  for (const file of [
    'package.json',
    'package-lock.json',
    'script/bootstrap',
    'script/npm-packages.mjs',
  ])
    cpSync(file, join(folder, file));
  return {
    folder,
    bootstrap: (...options: string[]) => {
      const { status, stdout, stderr } = spawnSync(join(folder, 'script/bootstrap'), options, {
        encoding: 'utf8',
        env: { PATH: tools, HOME: folder },
      });
      return { status, lines: (stdout + stderr).trimEnd().split('\n') };
    },
  };
}

const aptLine = 'apt-get install --no-install-recommends g++ cmake ninja-build';

describe('script/bootstrap', () => {
  it('gives one line to run, where it may install nothing, and does nothing', () => {
    const { folder, bootstrap } = makeMachine({});
    expect(bootstrap('--build')).toEqual({
      status: 1,
      lines: [
        `bootstrap: cannot install g++ cmake ninja-build without root; run as root: ${aptLine}`,
      ],
    });
    expect(existsSync(join(folder, 'node_modules'))).toBe(false);
    expect(existsSync(join(folder, 'apt'))).toBe(false);
  });

  it('names in that line what tests need too', () => {
    const { lines, status } = makeMachine({}).bootstrap();
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`${aptLine} binutils`);
    expect(lines[0]).toContain('qemu-user');
  });

  it('installs as sudo where that asks nothing', () => {
    const sudo = '[ "$1" = -n ] && shift; exec "$@"';
    const { folder, bootstrap } = makeMachine({ sudo, true: 'exit 0' });
    const { status, lines } = bootstrap('--build');
    expect(status).toBe(1);
    expect(lines.at(-1)).toContain('apt-get could not install g++ cmake ninja-build');
    expect(readFileSync(join(folder, 'apt'), 'utf8').split('\n')).toEqual([
      'update -qq',
      'install --no-install-recommends -y -qq g++ cmake ninja-build',
      '',
    ]);
  });

  it('goes on without what is optional', () => {
    const tools = { 'g++': '', cmake: '', ninja: '', npm: 'echo npm "$@"; exit 1' };
    const { status, lines } = makeMachine(tools).bootstrap();
    expect(status).toBe(1);
    expect(lines[0]).toMatch(
      /^bootstrap: some checks are left out; for them, run as root: apt-get/,
    );
    expect(lines.slice(1)).toEqual(['bootstrap: npm ci', 'npm ci --no-audit --no-fund --force']);
  });

  describe('a machine without Python packages', () => {
    const compilers = { 'g++': '', cmake: '', ninja: '' };
    const pip = 'for i in 1 2 3 4 5; do echo "WARNING: try $i" >&2; done; exit 1';
    const python3 = `case "$2" in
      venv) mkdir -p "$3/bin"; printf '#!/bin/sh\\n%s\\n' '${pip}' >"$3/bin/python"; chmod +x "$3/bin/python" ;;
      *) ${pip} ;;
    esac`;
    const makeOne = () => {
      const machine = makeMachine({ ...compilers, python3 });
      symlinkSync('elsewhere', join(machine.folder, 'node_modules'));
      return machine;
    };

    it('says so in one line, and goes on', () => {
      const { folder, bootstrap } = makeOne();
      const log = join(folder, '.cache/thalweg/readers.log');
      expect(bootstrap('--build', '--readers')).toEqual({
        status: 0,
        lines: [
          `bootstrap: no numpy safetensors==0.8.0 tensorboard==2.21.0 optuna==5.0.0 for Python here (see ${log}): what uses them is left out`,
          'bootstrap: ready',
        ],
      });
      expect(readFileSync(log, 'utf8')).toContain('WARNING: try 5');
      expect(existsSync(join(folder, '.cache/readers'))).toBe(false);
    });

    it.skipIf(existsSync('/usr/local/cuda/bin/nvcc'))('ends with 3 for want of nvcc', () => {
      const { folder, bootstrap } = makeOne();
      const { status, lines } = bootstrap('--build', '--cuda');
      expect(status).toBe(3);
      expect(lines).toEqual([
        `bootstrap: nvcc is not installed and could not be brought (see ${join(folder, '.cache/thalweg/cuda.log')})`,
      ]);
      expect(existsSync(join(folder, '.cache/cuda.new'))).toBe(false);
    });
  });

  it.each([
    ['absent', 'exit 127', 'and there is no node on PATH'],
    ['old', 'echo 18.20.4', 'and node on PATH is 18.20.4'],
    ['a little old', 'echo 20.9.0', 'and node on PATH is 20.9.0'],
  ])('refuses a Node.js that is %s', (_, node, message) => {
    const machine = makeMachine({});
    const tools = join(machine.folder, 'tools');
    program(tools, 'node', node);
    const { status, lines } = machine.bootstrap('--build');
    expect(status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`Node.js 20.17 or newer is needed, ${message}`);
  });
});

describe('script/npm-packages.mjs', () => {
  const script = join(process.cwd(), 'script/npm-packages.mjs');
  const run = (cwd: string, ...args: string[]): string[] =>
    spawnSync('node', [script, ...args], { cwd, encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => line !== '');

  function makeProject(): string {
    const folder = newFolder();
    const packages = {
      '': { devDependencies: { a: '^1.0.0', c: '^1.0.0' } },
      'node_modules/a': { version: '1.0.0', dependencies: { b: '*' } },
      'node_modules/a/node_modules/b': { version: '2.0.0' },
      'node_modules/b': { version: '1.0.0' },
      'node_modules/c': { version: '1.0.0', dependencies: { b: '*' } },
      'node_modules/elsewhere': { version: '1.0.0', os: ['win32'] },
    };
    writeFileSync(join(folder, 'package.json'), '{ "name": "p", "version": "1.0.0" }');
    writeFileSync(
      join(folder, 'package-lock.json'),
      JSON.stringify({ lockfileVersion: 3, packages }),
    );
    for (const path of Object.keys(packages).slice(1, -1))
      mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(
      join(folder, 'node_modules/.package-lock.json'),
      JSON.stringify({ packages: { ...packages, 'node_modules/b': { version: '0.9.0' } } }),
    );
    return folder;
  }

  it('lists what packages need, nested versions first', () => {
    expect(run(makeProject(), 'list', 'a')).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/b',
    ]);
  });

  it('finds what is absent or of another version, for all or for some', () => {
    const folder = makeProject();
    expect(run(folder, 'missing')).toEqual(['node_modules/b']);
    expect(run(folder, 'missing', 'a')).toEqual([]);
    expect(run(folder, 'missing', 'c')).toEqual(['node_modules/b']);
    spawnSync('rm', ['-r', join(folder, 'node_modules/c')]);
    expect(run(folder, 'missing')).toEqual(['node_modules/b', 'node_modules/c']);
    spawnSync('rm', [join(folder, 'node_modules/.package-lock.json')]);
    expect(run(folder, 'missing')).toHaveLength(4);
  });

  it('writes a lock of some packages', () => {
    const folder = makeProject();
    const to = newFolder();
    run(folder, 'write', to, 'c');
    const { packages } = JSON.parse(readFileSync(join(to, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, unknown>;
    };
    expect(Object.keys(packages)).toEqual(['', 'node_modules/b', 'node_modules/c']);
    expect(packages['']).toEqual({ name: 'p', version: '1.0.0', devDependencies: { c: '^1.0.0' } });
  });
});
