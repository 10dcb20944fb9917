/** `npm run bench`: what a run has measured is kept, whatever stops the rest. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { newFolder } from '../new-folder.js';

const run = ['--import', 'tsx', 'bench/run.ts'];
// Without a GPU this workload's contestants are absent, which takes no time.
const env = { ...process.env, THALWEG_CUDA: '0' };
const show = (file: string): string =>
  execFileSync(process.execPath, [...run, '--show', file], { encoding: 'utf8' });

it('writes its JSON after each workload', { timeout: 120_000 }, async () => {
  const file = join(newFolder(), 'results.json');
  const words = ['cuda-adam-100K', 'permutation-1e8'];
  const bench = spawn(process.execPath, [...run, '--json', file, ...words], { env });
  const closed = new Promise((resolve) => bench.on('close', resolve));
  while (!existsSync(file) && bench.exitCode === null) await sleep(20);
  bench.kill('SIGKILL');
  await closed;
  const tables = show(file);
  expect(tables).toMatch(/\n\ncuda-adam-100K\n {2}thalweg +absent: THALWEG_CUDA=0/);
  expect(tables).not.toContain('permutation');
});
