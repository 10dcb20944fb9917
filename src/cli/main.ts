#!/usr/bin/env node
/** The command `thalweg`. */
import { describeFailure, inspectPath } from './inspect.js';

const usage = `usage: thalweg inspect FILE…
  Prints what checkpoints hold, or which a folder has, and verifies every checksum.
  Exit status 1 where one is damaged, or none is there.`;

async function main([command, ...paths]: readonly string[]): Promise<number> {
  if (command === undefined || command === '--help' || command === '-h') {
    console.log(usage);
    return command === undefined ? 2 : 0;
  }
  if (command !== 'inspect' || paths.length === 0) {
    console.error(usage);
    return 2;
  }
  let isGood = true;
  for (const path of paths) {
    try {
      isGood = (await inspectPath(path, console.log)) && isGood;
    } catch (error) {
      console.error(describeFailure(error));
      isGood = false;
    }
  }
  return isGood ? 0 : 1;
}

void main(process.argv.slice(2)).then((status) => {
  process.exitCode = status;
});
