/** The command `thalweg inspect` shows the content of checkpoints and model files. */
import type { Command, Given, Output } from './command.js';

async function run({ operands }: Given, output: Output): Promise<number> {
  const { describeFailure, inspectPath } = await import('./inspection.js'); // loads the addon
  let isGood = true;
  for (const path of operands) {
    try {
      isGood = (await inspectPath(path, output.print)) && isGood;
    } catch (error) {
      output.complain(describeFailure(error));
      isGood = false;
    }
  }
  return isGood ? 0 : 1;
}

export const inspect: Command = {
  name: 'inspect',
  usage: 'FILE…',
  summary: 'shows checkpoints and model files, and verifies every checksum',
  description: [
    'Prints the content of a checkpoint or a model file, or a list of the checkpoints in a folder, and verifies every checksum.',
    'Exit status 1 where a file is damaged, or there is none.',
  ],
  options: {},
  operands: { least: 1, most: Infinity },
  run,
};
