/**
 * npm run bench -- [--json FILE] [--list] [workload …]
 * Runs the workloads whose names start with one of the words given, or all. Each other file in this
 * folder exports `workloads`. The JSON is written after each workload: what stops the run keeps what
 * came before.
 * npm run bench -- --show FILE: the tables of such a JSON.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import {
  describeMachine,
  formatOutcome,
  runWorkload,
  type Outcome,
  type Workload,
} from './harness.js';

async function findWorkloads(): Promise<Workload[]> {
  const files = readdirSync(__dirname).filter(
    (file) => file.endsWith('.ts') && file !== 'harness.ts' && file !== 'run.ts',
  );
  const found: Workload[] = [];
  for (const file of files.sort()) {
    const module = (await import(pathToFileURL(join(__dirname, file)).href)) as {
      workloads?: Workload[];
    };
    found.push(...(module.workloads ?? []));
  }
  return found;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

/** The contents of a JSON. */
interface Saved extends Outcome {
  readonly machine: string;
  readonly commit: string;
  readonly date: string;
}

/** In one piece: whoever stops the run finds the JSON before or after. */
function save(file: string, record: Saved): void {
  writeFileSync(`${file}.part`, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(`${file}.part`, file);
}

function show(file: string): void {
  const { machine, results, ratios } = JSON.parse(readFileSync(file, 'utf8')) as Saved;
  console.log(machine);
  for (const name of new Set(results.map(({ workload }) => workload))) {
    const own = <T extends { workload: string }>(all: readonly T[]): T[] =>
      all.filter(({ workload }) => workload === name);
    console.log(`\n${name}\n${formatOutcome({ results: own(results), ratios: own(ratios) })}`);
  }
}

async function choose(words: readonly string[]): Promise<Workload[]> {
  const all = await findWorkloads();
  const unknown = words.filter((word) => !all.some(({ name }) => name.startsWith(word)));
  if (unknown.length > 0)
    throw new Error(
      `no workload ${unknown.join(', ')}; there are: ${all.map(({ name }) => name).join(', ')}`,
    );
  return all.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.startsWith(word)),
  );
}

async function run(workloads: readonly Workload[], json: string | undefined): Promise<void> {
  const machine = describeMachine();
  console.log(machine);
  const record: Saved = {
    machine,
    commit: commit(),
    date: new Date().toISOString(),
    results: [],
    ratios: [],
  };
  for (const workload of workloads) {
    console.log(`\n${workload.name}`);
    const outcome = await runWorkload(workload);
    console.log(formatOutcome(outcome));
    record.results.push(...outcome.results);
    record.ratios.push(...outcome.ratios);
    if (json !== undefined) save(json, record);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'string' }, show: { type: 'string' }, list: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.show !== undefined) {
    show(values.show);
    return;
  }
  const chosen = await choose(positionals);
  if (values.list) console.log(chosen.map(({ name }) => name).join('\n'));
  else await run(chosen, values.json);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
