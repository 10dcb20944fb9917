/** Reads and writes corpora as text: a unit in base64 a line. */
import { existsSync, readFileSync } from 'node:fs';

export function readCorpus(file: string): Uint8Array[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => Uint8Array.from(Buffer.from(line, 'base64')));
}
