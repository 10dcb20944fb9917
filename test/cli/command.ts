/** Runs `thalweg` as a process of its own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const main = join(process.cwd(), 'dist', 'cli', 'main.js');

/** What a process left. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `thalweg` with these words, and these variables besides those of the test. */
export function thalweg(words: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  return spawnSync(process.execPath, [main, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

/** A script of bash, in which `thalweg` is the command. */
export function bash(script: string): Ended {
  const command = `thalweg() { ${JSON.stringify(process.execPath)} ${JSON.stringify(main)} "$@"; }`;
  return spawnSync('bash', ['-c', `${command}\n${script}`], { encoding: 'utf8' });
}
