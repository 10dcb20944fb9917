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
  summary: 'shows the devices that this machine trains on, and its problems',
  description: [
    'Prints the platform, the addon and its plugins, the instruction set, threads, memory, GPUs and their driver. Trains a small network, and compares its loss with the right one. Names each problem and its remedy.',
    'Exit status 1 where nothing can train.',
  ],
  options: { '--json': 'prints a JSON object instead; its `facts` are those of device.explain()' },
  operands: { least: 0, most: 0 },
  run,
};
