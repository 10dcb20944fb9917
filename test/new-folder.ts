/**
 * Makes a folder for one test, within the folder of the whole run, which new-folder.setup.ts
 * removes.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'thalweg-'));
