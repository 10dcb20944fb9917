// Draws README's picture: runs the ten lines and keeps docs/figures/digits.svg.
//   node script/figures.mjs
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'thalweg-figures-'));
try {
  const example = join(root, 'examples/ten-lines.mjs');
  execFileSync(process.execPath, [example], { cwd: folder, stdio: 'inherit' });
  copyFileSync(join(folder, 'digits.svg'), join(root, 'docs/figures/digits.svg'));
} finally {
  rmSync(folder, { recursive: true });
}
