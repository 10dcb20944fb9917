/** Type-checks blocks as a user of TypeScript does. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import type { Project } from './project.js';

const tsc = join(process.cwd(), 'node_modules/typescript/bin/tsc');
const typeRoots = join(process.cwd(), 'node_modules/@types');

/**
 * Returns the errors of `tsc --strict` over some files of a project; empty where there are none.
 */
export async function typeErrors(project: Project, files: readonly string[]): Promise<string> {
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    types: ['node'],
    typeRoots: [typeRoots],
  };
  project.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
  return new Promise((resolve) => {
    execFile(process.execPath, [tsc, '--pretty', 'false'], { cwd: project.folder }, (_, stdout) => {
      resolve(stdout);
    });
  });
}
