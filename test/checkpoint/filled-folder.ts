/** A folder with all checkpoints of a run. */
import { readdirSync } from 'node:fs';
import { newFolder } from '../new-folder.js';
import { classes, everyStep, make } from './runs.js';

export const options = { epochs: 2, batchSize: 8 };

/** Makes a folder with all checkpoints of a run; returns their names, the newest last. */
export async function filled(): Promise<{ folder: string; names: string[] }> {
  const folder = newFolder();
  using train = classes();
  using trainer = make();
  await trainer.fit(train, { ...options, checkpoint: { folder, ...everyStep } });
  return { folder, names: readdirSync(folder).filter((name) => name !== '.lock') };
}
