/**
 * The guide's numbers for one optimizer are right; `node script/guide.mjs --check` makes all
 * numbers.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// A sanitizer finds nothing new in it, and takes minutes.
// It trains many networks, which takes minutes on a machine without AVX-512.
it.skipIf(process.env['THALWEG_SANITIZER'] !== undefined)(
  'docs/choosing-an-optimizer.md has the numbers of sgd that come out here',
  { timeout: 15 * 60_000 },
  async () => {
    const run = promisify(execFile);
    const { stdout } = await run(process.execPath, ['script/guide.mjs', '--check', 'sgd']);
    expect(stdout).toMatch(/^guide: \d+ s on cpu:\w+\n$/);
  },
);
