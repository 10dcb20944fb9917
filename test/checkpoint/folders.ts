/** Runs that keep checkpoints in a folder. */
import { readdirSync } from 'node:fs';

export const options = { epochs: 4, batchSize: 8 };

export const checkpointsIn = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name !== '.lock');
