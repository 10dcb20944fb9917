/** The command `thalweg doctor` shows the devices that this machine trains on, and its problems. */
import type { Command, Given, Output } from './command.js';
import { describeDiagnosis } from './diagnosis-text.js';
import { examine } from './examine.js';
import { styles } from '../terminal/style.js';

/** Replaces errors for `JSON.stringify`, which leaves out an error's message. */
function plainErrors(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value;
  return Object.assign({}, value, { message: value.message, cause: undefined });
}

async function run({ options }: Given, output: Output): Promise<number> {
  const diagnosis = await examine();
  output.print(
    options.has('--json')
      ? JSON.stringify(diagnosis, plainErrors, 2)
      : describeDiagnosis(diagnosis, styles(output.isTerminal), output.columns),
  );
  return diagnosis.trains ? 0 : 1;
}

export const doctor: Command = {
  name: 'doctor',
  usage: '[--json]',
  summary: 'says what this machine trains on, and what is wrong with it',
  description: [
    'Prints the platform, the addon and its plugins, the instruction set, threads, memory, GPUs and their driver; trains a small network and compares the result with the right one; names each trouble and its remedy.',
    'Exit status 1 where nothing can train.',
  ],
  options: { '--json': 'prints an object instead, with what device.explain() gives as `facts`' },
  operands: { least: 0, most: 0 },
  run,
};
