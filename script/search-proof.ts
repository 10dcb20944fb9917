/**
 * Proves what test/search tests in a short form.
 *   npx tsx script/search-proof.ts borders   border warnings over 10,000 synthetic studies of each kind
 *   npx tsx script/search-proof.ts regret    the regret of TPE beside Optuna's, 24 functions × 50 seeds
 */
import { readFileSync } from 'node:fs';
import { search } from '../src/index.js';
import { findBorders } from '../src/search/border.js';
import { checkSpace } from '../src/search/parameters.js';
import { type Best, borderStudy } from '../test/oracle/border-studies.js';
import { searchFunctions } from '../test/oracle/search-functions.js';
import { leastOf, medianOf, sampled } from '../test/search/sampling.js';

const studies = 10_000;

/** Returns the share of studies in which x0 has a border at one of the given ends. */
function shareOf(best: Best, isRight: (end: 'low' | 'high', number: number) => boolean): number {
  let found = 0;
  for (let number = 0; number < studies; number++) {
    const trials = borderStudy(number, best);
    const names = Object.keys(trials[0]!.values);
    const space = Object.fromEntries(names.map((name) => [name, search.uniform(0, 1)]));
    const borders = findBorders(checkSpace('space', space), trials, false);
    found += Number(
      borders.some(({ parameter, end }) => parameter === 'x0' && isRight(end, number)),
    );
  }
  return found / studies;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;

function borders(): void {
  const recall = shareOf(
    'atOrBeyond',
    (end, number) => end === (number % 2 === 1 ? 'high' : 'low'),
  );
  console.log(`recall, best at or beyond an end: ${percent(recall)} (at least 99 %)`);
  for (const [kind, text] of [
    ['inside', 'best at least a quarter of the range inside'],
    ['nowhere', 'a parameter that does not matter'],
  ] as const) {
    const alarms = shareOf(kind, () => true);
    console.log(`false alarms, ${text}: ${percent(alarms)} (at most 1 %)`);
    if (alarms > 0.01) process.exitCode = 1;
  }
  if (recall < 0.99) process.exitCode = 1;
}

function regret(): void {
  const { trials, functions } = JSON.parse(
    readFileSync('test/fixtures/optuna-tpe.json', 'utf8'),
  ) as { trials: number; functions: Record<string, Record<'tpe' | 'random', number[]>> };
  console.log(`median regret after ${trials} trials, 50 seeds: thalweg, Optuna, random`);
  const chances = Object.entries(searchFunctions).map(([name, { space, value, minimum }]) => {
    const ours = Array.from({ length: 50 }, (_, seed) => {
      const records = sampled(search.tpe(), space, { trials, seed: BigInt(seed), value });
      return leastOf(records) - minimum;
    });
    const { tpe, random } = functions[name]!;
    const medians = [ours, tpe, random].map((list) => medianOf(list).toPrecision(4).padStart(10));
    const pairs = ours.flatMap((a) => tpe.map((b) => Number(a < b) + Number(a === b) / 2));
    const chance = pairs.reduce((sum, each) => sum + each, 0) / pairs.length;
    console.log(name.padEnd(12), ...medians, ` smaller than Optuna's in ${percent(chance)}`);
    return chance;
  });
  const mean = chances.reduce((sum, each) => sum + each, 0) / chances.length;
  console.log(`smaller in ${percent(mean)} of all pairs (at least 50 %)`);
  if (mean < 0.5) process.exitCode = 1;
}

const proofs: Readonly<Record<string, () => void>> = { borders, regret };
const proof = proofs[process.argv[2] ?? ''];
if (proof === undefined) throw new Error(`give one of ${Object.keys(proofs).join(', ')}`);
proof();
