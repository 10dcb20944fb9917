/**
 * npm run bench -- [--json FILE] [--list] [workload …]
 * Runs the workloads whose names start with one of the given words, or all. Each other file in this
 * folder exports `workloads`.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
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

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'string' }, list: { type: 'boolean' } },
    allowPositionals: true,
  });
  const all = await findWorkloads();
  const unknown = positionals.filter((word) => !all.some(({ name }) => name.startsWith(word)));
  if (unknown.length > 0)
    throw new Error(
      `no workload ${unknown.join(', ')}; there are: ${all.map(({ name }) => name).join(', ')}`,
    );
  const chosen = all.filter(
    ({ name }) => positionals.length === 0 || positionals.some((word) => name.startsWith(word)),
  );
  if (values.list) {
    console.log(chosen.map(({ name }) => name).join('\n'));
    return;
  }
  const machine = describeMachine();
  console.log(machine);
  const total: Outcome = { results: [], ratios: [] };
  for (const workload of chosen) {
    console.log(`\n${workload.name}`);
    const outcome = await runWorkload(workload);
    console.log(formatOutcome(outcome));
    total.results.push(...outcome.results);
    total.ratios.push(...outcome.ratios);
  }
  if (values.json !== undefined) {
    const record = { machine, commit: commit(), date: new Date().toISOString(), ...total };
    writeFileSync(values.json, `${JSON.stringify(record, null, 2)}\n`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
