/** Checks that a command on a page exists. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';

const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};
const usage = execFileSync(process.execPath, ['dist/cli/main.js', '--help'], { encoding: 'utf8' });

/** Pages may name these programs of others. */
const foreign = ['cd', 'cp', 'git', 'mkdir', 'nvidia-smi', 'tensorboard'];

/** Returns the fault of a command, or undefined. */
function faultOf(command: string): string | undefined {
  const [program = '', ...words] = command.replace(/^npx /, '').split(' ');
  const [first = ''] = words;
  if (program.includes('/')) return existsSync(program) ? undefined : `there is no ${program}`;
  if (program === 'thalweg')
    return first === '' || new RegExp(`^  ${first} `, 'm').test(usage)
      ? undefined
      : `no thalweg ${first}`;
  if (program === 'npm' && first === 'run')
    return scripts[words[1]!] === undefined ? `package.json has no script ${words[1]}` : undefined;
  if (program === 'npm')
    return ['init', 'install', 'test'].includes(first) ? undefined : `npm ${first} is not known`;
  if (program === 'node')
    return !/^(examples|script|bench)\//.test(first) || existsSync(first)
      ? undefined
      : `there is no ${first}`;
  return [...foreign, 'tsc', 'vitest', ''].includes(program)
    ? undefined
    : `${program} is not known here`;
}

/** Fails where a command does not exist. */
export function checkCommand(place: string, command: string): void {
  expect(faultOf(command), `${place}: ${command}`).toBeUndefined();
}
