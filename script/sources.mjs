/**
 * Prints the files of a source list, as binding.gyp needs them: `node script/sources.mjs addon`. A line
 * of native/sources/NAME.txt is a file, or a pattern with one `*` in its last part, as layers/*.cc.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { posix } from 'node:path';

const [name] = process.argv.slice(2);

function filesOf(line) {
  const { dir, base } = posix.parse(line);
  if (!base.includes('*')) return [line];
  const [start, end] = base.split('*');
  const found = readdirSync(posix.join('native', dir))
    .filter((file) => file.startsWith(start) && file.endsWith(end))
    .sort();
  if (found.length === 0) throw new Error(`nothing matches ${line} of ${name}.txt`);
  return found.map((file) => posix.join(dir, file));
}

const lines = readFileSync(`native/sources/${name}.txt`, 'utf8').trim().split('\n');
console.log(
  lines
    .flatMap(filesOf)
    .map((file) => `native/${file}`)
    .join('\n'),
);
