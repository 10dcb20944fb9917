/**
 * Runs a target under libFuzzer, over dist/ with counters (script/fuzz). The corpus is a text file,
 * a unit in base64 a line.
 *   fuzz.ts TARGET [ARGUMENT…]   arguments as libFuzzer takes them: -runs=, -seed=, -max_total_time=
 *   fuzz.ts --keep TARGET        makes the corpus anew: of all units seen, few that reach every branch
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { readCorpus } from './corpus.js';
import { instrumentFolder } from './instrument.js';
import { type Library, type Target, paths, targetNames, targetsOf } from './targets.js';

const load = createRequire(__filename);
const root = resolve(__dirname, '../..');
const { used } = instrumentFolder(join(root, 'dist'));
const library = Object.fromEntries(
  Object.entries(paths).map(([key, path]) => [key, load(join(root, 'dist', `${path}.js`))]),
) as unknown as Library;
const targets = targetsOf(library);
const counters = used();

/** Chooses few units that together reach every branch as often as all do; short ones come first. */
function fewest(units: readonly Uint8Array[], target: Target): Uint8Array[] {
  const seen = new Set<number>();
  return [...units]
    .sort((a, b) => a.length - b.length)
    .filter((unit) => {
      counters.fill(0);
      target(unit);
      const before = seen.size;
      // libFuzzer distinguishes 1, 2, 4, … times.
      counters.forEach((count, i) => count > 0 && seen.add(i * 8 + Math.floor(Math.log2(count))));
      return seen.size > before;
    });
}

const [first, ...rest] = process.argv.slice(2);
const name = first === '--keep' ? rest[0]! : first!;
const target = targets[name];
if (target === undefined) throw new Error(`no target ${name}; there are ${targetNames.join(', ')}`);
const file = join(__dirname, 'corpus', `${name}.txt`);
const units = join(root, 'build', 'fuzz', name);
mkdirSync(units, { recursive: true });
if (first === '--keep') {
  const found = readdirSync(units).map((unit) => readFileSync(join(units, unit)));
  const kept = fewest([...readCorpus(file), ...found], target);
  writeFileSync(file, kept.map((unit) => `${Buffer.from(unit).toString('base64')}\n`).join(''));
  console.log(`fuzz: ${name}: ${kept.length} of ${found.length} units kept`);
} else {
  readCorpus(file).forEach((unit, i) => writeFileSync(join(units, `corpus-${i}`), unit));
  const driver = load(join(root, 'build', 'fuzz', 'driver.node')) as {
    fuzz(target: Target, counters: Uint8Array, given: readonly string[]): void;
  };
  const dictionary = join(__dirname, `${name}.dict`);
  driver.fuzz(target, counters, [
    `-artifact_prefix=${join(root, 'build', 'fuzz', name)}-`,
    ...(existsSync(dictionary) ? [`-dict=${dictionary}`] : []),
    ...rest,
    units,
  ]);
}
