/**
 * Prints each export of src that no other file of the package imports; exit status 1 when there is one.
 * A name that one file alone uses is not exported: what is exported is meant for others.
 */
import { unneededExports } from './house/exports.mjs';

const unneeded = unneededExports();
for (const each of unneeded) console.error(`${each} is exported, but no other file imports it`);
process.exit(unneeded.length === 0 ? 0 : 1);
