/** The help texts of `thalweg` and of each command. */
import type { Command } from './command.js';
import { row, wrap } from '../terminal/style.js';

const general: Readonly<Record<string, string>> = {
  '--version': 'prints the version of thalweg',
  '--help': 'prints this help, or the help of a command',
};

/** Formats a table of names and descriptions. */
function table(entries: readonly (readonly [string, string])[], columns: number): string[] {
  const width = Math.max(...entries.map(([name]) => name.length)) + 4;
  return entries.map(([name, text]) => row(`  ${name}`, text, width, columns));
}

/** Returns the help that lists all commands. */
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
    ...wrap('`thalweg help COMMAND` describes a command.', columns),
  ].join('\n');
}

/** Returns the line that shows how a command is called. */
export function usageOf({ name, usage }: Command): string {
  return `usage: thalweg ${name} ${usage}`;
}

/** Returns the help of one command. */
export function helpOf(command: Command, columns: number): string {
  const options = Object.entries(command.options);
  return [
    usageOf(command),
    ...command.description.flatMap((text) => ['', ...wrap(text, columns)]),
    ...(options.length === 0 ? [] : ['', ...table(options, columns)]),
  ].join('\n');
}
