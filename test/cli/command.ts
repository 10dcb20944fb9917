/** Runs `thalweg` as a process of its own. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const main = join(process.cwd(), 'dist', 'cli', 'main.js');

/** The exit status and the output of a process. */
export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `thalweg` with these words, and with these variables besides those of the test. */
export function thalweg(words: readonly string[], env: NodeJS.ProcessEnv = {}): Ended {
  return spawnSync(process.execPath, [main, ...words], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

/** Runs a script of bash, in which `thalweg` is the command. */
export function bash(script: string): Ended {
  const command = `thalweg() { ${JSON.stringify(process.execPath)} ${JSON.stringify(main)} "$@"; }`;
  return spawnSync('bash', ['-c', `${command}\n${script}`], { encoding: 'utf8' });
}
