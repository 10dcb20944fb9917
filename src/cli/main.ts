#!/usr/bin/env node
/** Runs the command `thalweg`. */
import { run } from './run.js';

const { stdout, stderr } = process;

// A reader such as `head` may close the pipe early, which does not change the exit status.
for (const stream of [stdout, stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    if (stream === stdout) stderr.write(`thalweg: cannot write: ${error.message}\n`);
    process.exitCode = 1;
  });

const isTerminal = stdout.isTTY;

void run(process.argv.slice(2), {
  print: (text) => stdout.write(`${text}\n`),
  complain: (text) => stderr.write(`${text}\n`),
  columns: isTerminal ? stdout.columns || 80 : Infinity,
  isTerminal,
}).then((status) => {
  process.exitCode = Math.max(status, Number(process.exitCode ?? 0));
});
