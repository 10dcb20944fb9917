/**
 * Finds Python with libraries that read our files, where `script/bootstrap --readers` installed it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const readers = join(process.cwd(), '.cache/readers/bin/python');
export const python = process.env['PYTHON'] ?? (existsSync(readers) ? readers : 'python3');

export const canImport = (modules: string): boolean =>
  spawnSync(python, ['-c', `import ${modules}`]).status === 0;
