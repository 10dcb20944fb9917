import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const script = resolve('script/check-layering.mjs');
const page = 'docs/architecture.md';

/** A folder with a package of these files. */
function packageOf(files: Readonly<Record<string, string>>): string {
  const folder = newFolder();
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  return folder;
}

function check(folder: string, ...options: readonly string[]) {
  const { status, stderr } = spawnSync(process.execPath, [script, ...options], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, faults: stderr.trim().split('\n') };
}

it('check-layering finds no fault with files that use lower layers, and prints these', () => {
  const folder = packageOf({
    [page]: 'Before.\n<!-- layers -->\n<!-- /layers -->\nBehind.\n',
    'src/errors.ts': 'export class Failure {}',
    'src/options.ts': "import { Failure } from './errors.js';",
    'src/train/run/run.ts': "import type { Failure } from '../../errors.js';",
    'native/train/loop/engine.h': '#include "core/errors.h"',
    'native/core/errors.h': '',
  });
  expect(check(folder, '--write')).toEqual({ status: 0, faults: [''] });
  const text = readFileSync(join(folder, page), 'utf8');
  expect(text).toMatch(/^Before\.\n<!-- layers -->\n\n```\nsrc\/\n {2}train .*\n {2}options /);
  expect(text).toMatch(
    /\nnative\/\n {2}train .*\n {2}core .*\n```\n\n<!-- \/layers -->\nBehind\.\n$/,
  );
});

it('check-layering refuses upper layers, circles, and a page that prints other layers', () => {
  const folder = packageOf({
    [page]: '<!-- layers -->\n\nsrc/\n\n<!-- /layers -->\n',
    'src/callbacks/type.ts': "import type { Run } from '../train/run.js';",
    'src/callbacks/value.ts': "export { Run } from '../train/run.js';",
    'src/callbacks/expression.ts': "export type Run = import('../train/run.js').Run;",
    'src/callbacks/beside.ts': "import '../checkpoint/file.js';",
    'src/callbacks/elsewhere.ts': "import '../elsewhere/file.js';",
    'src/checkpoint/file.ts': '',
    'src/elsewhere/file.ts': '',
    'src/nn/a.ts': "import { b } from './b.js';",
    'src/nn/b.ts': "import type { C } from './c.js';",
    'src/nn/c.ts': "export type { A } from './a.js';",
    'src/train/run.ts': '',
    'native/core/a.h': '#include "core/b.h"',
    'native/core/b.h': '#include "core/a.h"',
    'native/core/pool.h': '#include "train/loop/engine.h"',
    'native/train/loop/engine.h': '#include <napi.h>',
    'native/train/plan/plan.cc': 'Plan::Plan(int n) : n_(n) {}\nint Plan::Part::run() const {}',
    'native/train/plan/passes.cc': 'const std::vector<int>& Plan::forward(int a,\n  int b) {}',
    'native/train/plan/part.cc':
      '#define OP(name) \\\n  void Plan::Part::name(int op) {}\n// Plan::run()\nint x = Plan::y();',
  });
  const { status, faults } = check(folder);
  const upper = (file: string, used: string): string =>
    `${file} uses ${used}, which is not in a lower layer`;
  expect(status).toBe(1);
  expect(faults).toEqual([
    upper('src/callbacks/beside.ts', 'src/checkpoint/file.ts'),
    upper('src/callbacks/elsewhere.ts', 'src/elsewhere/file.ts'),
    upper('src/callbacks/expression.ts', 'src/train/run.ts'),
    upper('src/callbacks/type.ts', 'src/train/run.ts'),
    upper('src/callbacks/value.ts', 'src/train/run.ts'),
    'a circle in src: nn/a.ts, nn/b.ts, nn/c.ts',
    upper('native/core/pool.h', 'native/train/loop/engine.h'),
    'a circle in native: core/a.h, core/b.h',
    'native/train/loop/engine.h includes napi.h; only native/napi and native/lab may',
    'a class of native has members in several files: Plan::Part: train/plan/part.cc, train/plan/plan.cc',
    'a class of native has members in several files: Plan: train/plan/passes.cc, train/plan/plan.cc',
    `${page} prints other layers: run script/check-layering.mjs --write`,
  ]);
});
