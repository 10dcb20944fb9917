/** A folder of a test's own. It lies in that of the whole run, which goes with it (new-folder.setup.ts). */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'thalweg-'));
