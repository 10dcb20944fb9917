import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const script = resolve('script/check-exports.mjs');

it('check-exports names what no other file imports, whichever way others import', () => {
  const folder = newFolder();
  const files = {
    'src/index.ts': "export * as kept from './kept.js';\nexport { single } from './single.js';",
    'src/kept.ts': 'export const first = 1;\nexport type Second = 2;',
    'src/single.ts': 'export function single() {}\nexport function alone() {}\nalone();',
    'src/types.ts': 'export interface Used {}\nexport interface Inner {}\nexport class Unused {}',
    'src/types-of.ts': "import type { Used } from './types.js';\nexport type { Used as Again };",
    'src/passed.ts': "export * from './star.js';",
    'src/star.ts': 'export const [left, right] = [1, 2];',
    'src/user.ts': "import { left as l } from './passed.js';\ntype I = import('./types.js').Inner;",
    'src/loaded.ts': 'export const late = 1;',
    'test/some.test.ts': "const { late } = await import('../src/loaded.js');",
  };
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  const { status, stderr } = spawnSync(process.execPath, [script], {
    cwd: folder,
    encoding: 'utf8',
  });
  const unneeded = ['single.ts: alone', 'star.ts: right', 'types-of.ts: Again', 'types.ts: Unused'];
  expect(stderr.trim().split('\n')).toEqual(
    unneeded.map((each) => `src/${each} is exported, but no other file imports it`),
  );
  expect(status).toBe(1);
});
