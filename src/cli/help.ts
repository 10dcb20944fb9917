/** Help: what commands there are, and what each takes. */
import type { Command } from './command.js';
import { row, wrap } from '../terminal/style.js';

const general: Readonly<Record<string, string>> = {
  '--version': 'prints the version of thalweg',
  '--help': 'prints this, or what a command takes',
};

/** A table of names and what they stand for. */
function table(entries: readonly (readonly [string, string])[], columns: number): string[] {
  const width = Math.max(...entries.map(([name]) => name.length)) + 4;
  return entries.map(([name, text]) => row(`  ${name}`, text, width, columns));
}

/** All commands. */
export function overview(commands: readonly Command[], columns: number): string {
  return [
    'usage: thalweg COMMAND',
    '',
    ...table(
      commands.map(({ name, summary }) => [name, summary]),
      columns,
    ),
    '',
    ...table(Object.entries(general), columns),
    '',
    ...wrap('`thalweg help COMMAND` says more of one.', columns),
  ].join('\n');
}

/** One line. */
export function usageOf({ name, usage }: Command): string {
  return `usage: thalweg ${name} ${usage}`;
}

/** One command. */
export function helpOf(command: Command, columns: number): string {
  const options = Object.entries(command.options);
  return [
    usageOf(command),
    ...command.description.flatMap((text) => ['', ...wrap(text, columns)]),
    ...(options.length === 0 ? [] : ['', ...table(options, columns)]),
  ].join('\n');
}
