/** script/check-adding.mjs finds the files that docs/adding.md names, and says which are missing. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const script = resolve('script/check-adding.mjs');
const files = [
  'src/nn/dense.ts',
  'native/ops/ops.def',
  'native/data/memory_dataset.h',
  'README.md',
];

/** Checks a page with this text in a folder with these files; returns the faults. */
function faultsOf(text: string): string[] {
  const folder = newFolder();
  for (const [file, content] of [...files.map((each) => [each, '']), ['docs/adding.md', text]]) {
    mkdirSync(join(folder, dirname(file!)), { recursive: true });
    writeFileSync(join(folder, file!), content!);
  }
  const { status, stderr } = spawnSync(process.execPath, [script], {
    cwd: folder,
    encoding: 'utf8',
  });
  const faults = stderr.split('\n').filter((line) => line !== '');
  expect(status).toBe(faults.length === 0 ? 0 : 1);
  return faults;
}

it.each([
  ['from the root', '`README.md` and `src/nn`'],
  ['from native', '`ops/ops.def`'],
  ['in a folder that the paragraph names', '`dense.ts` lies in\n`src/nn`'],
  ['for a name that is left open', '`src/nn/NAME.ts` and `native/data/NAME_dataset.h`'],
  ['and no other code', '`nn.scale`, `THALWEG_OP`, `.def`, `optim.bind`'],
])('takes a path %s', (_, text) => expect(faultsOf(`# Page\n\n1. ${text}.\n`)).toEqual([]));

it.each([
  ['a file', '`src/nn/dance.ts`', 'src/nn/dance.ts'],
  ['every file of a name that is left open', '`native/layers/NAME.cc`', 'native/layers/NAME.cc'],
  ['a second ending', '`native/data/NAME_dataset.h` and `.cc`', 'native/data/NAME_dataset.cc'],
  ['a file whose folder another paragraph names', '`ops.def`', 'ops.def'],
])('refuses a page where %s is absent', (_, text, absent) => {
  expect(faultsOf(`# Page\n\n\`native/ops\`\n\n1. ${text}.\n`)).toEqual([
    `docs/adding.md:5: there is no ${absent}`,
  ]);
});
