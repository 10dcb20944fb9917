/** The code of docs/callbacks.md, run as it stands. */
import { execFile } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { callbacks } from '../../src/index.js';
import { newFolder } from '../new-folder.js';

const page = readFileSync('docs/callbacks.md', 'utf8');

it('docs/callbacks.md runs', async () => {
  const blocks = [...page.matchAll(/```js\n(.*?)```/gs)].map(([, code]) => code!);
  expect(blocks).toHaveLength(4);
  const folder = newFolder();
  const index = join(process.cwd(), 'dist', 'index.mjs');
  const script = blocks
    .join('\n')
    .replaceAll("from 'thalweg'", `from ${JSON.stringify(index)}`)
    // Node 20 has no `using` yet.
    .replaceAll('using trainer', 'const trainer')
    .concat('\ntrainer.dispose();');
  const run = promisify(execFile);
  const given = ['--input-type=module', '-e', script];
  const { stdout } = await run(process.execPath, given, { cwd: folder });
  expect(stdout).toMatch(/^completed [012] 0\.9\d+$/m);
  expect(stdout).toMatch(/^true 0\.0\d+ (64|128|256|512)$/m);
  expect(readdirSync(folder).sort()).toEqual(['log.csv', 'log.jsonl']);
  expect(readFileSync(join(folder, 'log.csv'), 'utf8').trimEnd().split('\n')).toHaveLength(4);
});

it('docs/callbacks.md lists every callback', () => {
  for (const name of Object.keys(callbacks)) expect(page).toContain(`\`${name}(`);
});
