/**
 * Objects compiled for AVX2 or AVX-512 must define no weak symbol outside their own namespace: the
 * linker keeps one copy of such a symbol for the whole addon, and a processor without the
 * instruction set could be handed this one.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const objects = 'build/CMakeFiles';
let offenders = 0;
const compiled = ['thalweg_lanes', 'thalweg_lab_lanes'].flatMap((library) =>
  ['avx2', 'avx512'].map((lanes) => ({
    lanes,
    folder: join(objects, `${library}_${lanes}.dir`),
  })),
);
for (const { lanes, folder } of compiled) {
  if (!existsSync(folder)) continue;
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.o'));
  for (const file of files) {
    const symbols = execFileSync('nm', ['-C', '--defined-only', join(folder, file)], {
      encoding: 'utf8',
    });
    for (const line of symbols.split('\n')) {
      if (!/ [WVu] /.test(line) || line.includes(`::${lanes}::`)) continue;
      console.error(`${file}: ${line.slice(19)}`);
      offenders++;
    }
  }
}
process.exit(offenders === 0 ? 0 : 1);
