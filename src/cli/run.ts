/** Parses a command line and runs the command. */
import { suggestion } from '../options.js';
import { packageVersion } from '../version.js';
import type { Command, Given, Output } from './command.js';
import { doctor } from './doctor.js';
import { helpOf, overview, usageOf } from './help.js';
import { inspect } from './inspect.js';

/** The exit status of a wrong call. */
const wrongCall = 2;

const commands: readonly Command[] = [doctor, inspect];

/** The error of a wrong command line; its message says what is right. */
class WrongCall extends Error {}

const helpOptions = ['--help', '-h'];
const versionOptions = ['--version', '-V'];

function find(name: string): Command {
  const command = commands.find((each) => each.name === name);
  if (command !== undefined) return command;
  if (name.startsWith('-'))
    throw new WrongCall(
      `unknown option ${name}; ${suggestion(name, [...helpOptions, ...versionOptions])}`,
    );
  const known = [...commands.map((each) => each.name), 'help'];
  throw new WrongCall(`unknown command ${name}; ${suggestion(name, known)}`);
}

/** Sorts words into options and operands. All words after `--` are operands. */
function parse(words: readonly string[], command: Command): Given {
  const end = words.indexOf('--');
  const before = end < 0 ? words : words.slice(0, end);
  const after = end < 0 ? [] : words.slice(end + 1);
  const isOption = (word: string): boolean => word.startsWith('-') && word !== '-';
  const options = new Set(before.filter(isOption));
  const known = [...Object.keys(command.options), ...helpOptions];
  for (const option of options)
    if (!known.includes(option))
      throw new WrongCall(
        `${command.name}: unknown option ${option}; ${suggestion(option, known)}`,
      );
  return { options, operands: [...before.filter((word) => !isOption(word)), ...after] };
}

async function runCommand(command: Command, words: readonly string[], output: Output) {
  const given = parse(words, command);
  if (helpOptions.some((option) => given.options.has(option))) {
    output.print(helpOf(command, output.columns));
    return 0;
  }
  const { least, most } = command.operands;
  if (given.operands.length < least || given.operands.length > most)
    throw new WrongCall(usageOf(command));
  return command.run(given, output);
}

async function dispatch(words: readonly string[], output: Output): Promise<number> {
  const [first, ...rest] = words;
  if (first === undefined) throw new WrongCall(overview(commands, output.columns));
  if (versionOptions.includes(first)) output.print(packageVersion());
  else if (!helpOptions.includes(first) && first !== 'help')
    return runCommand(find(first), rest, output);
  else if (rest[0] === undefined) output.print(overview(commands, output.columns));
  else output.print(helpOf(find(rest[0]), output.columns));
  return 0;
}

/** Runs the command line, and returns the exit status. */
export async function run(words: readonly string[], output: Output): Promise<number> {
  try {
    return await dispatch(words, output);
  } catch (error) {
    const { message } = error as Error;
    output.complain(message.startsWith('usage: ') ? message : `thalweg: ${message}`);
    return error instanceof WrongCall ? wrongCall : 1;
  }
}
