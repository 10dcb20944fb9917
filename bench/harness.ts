/**
 * The benchmark harness. The contestants of a workload run in interleaved rounds within one
 * process, so that a drift of the machine touches all alike. Only ratios are compared.
 */
import { cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The timed call. It returns nothing (the harness takes the time) or the seconds that it measured.
 */
export interface Runner {
  run(): void | number | Promise<void | number>;
  dispose?(): void | Promise<void>;
}

export interface Contestant {
  /** Ratios compare all contestants with the one that is called `thalweg`. */
  readonly name: string;
  /** The largest number of samples, for contestants far slower than the rest. */
  readonly maxRuns?: number;
  /** The number of calls of one sample, where it differs from the workload's. */
  readonly repeat?: number;
  /** Allocates and warms up, untimed. Throws {@link Absent} where the contestant cannot run. */
  prepare(): Runner | Promise<Runner>;
}

export interface Workload {
  readonly name: string;
  /** The unit of a result, such as `ms` or `ns/index`; smaller is better. */
  readonly unit: string;
  /** Results per second of one call: 1e3 for `ms`, 1e9 / n for `ns/index` over n indices. */
  readonly scale: number;
  /** The number of samples of each contestant. Default 9. */
  readonly rounds?: number;
  /** The number of calls of one sample, for work too short to time once. Default 1. */
  readonly repeat?: number;
  readonly contestants: readonly Contestant[];
}

/**
 * `prepare` throws it where a contestant is missing; the report lists the message as the reason.
 */
export class Absent extends Error {
  override readonly name = 'Absent';
}

export interface Result {
  readonly workload: string;
  readonly contestant: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}
export interface Absence {
  readonly workload: string;
  readonly contestant: string;
  readonly absent: string;
}
export interface Ratio {
  readonly workload: string;
  readonly over: string;
  /** How many times as long `over` takes as thalweg: the quotient of the medians. */
  readonly ratio: number;
}
export interface Outcome {
  readonly results: (Result | Absence)[];
  readonly ratios: Ratio[];
}

interface Entrant {
  readonly contestant: Contestant;
  readonly runner: Runner;
  readonly samples: number[];
}

export async function runWorkload(workload: Workload): Promise<Outcome> {
  const entrants: Entrant[] = [];
  const absences: Absence[] = [];
  try {
    for (const contestant of workload.contestants) {
      try {
        entrants.push({ contestant, runner: await contestant.prepare(), samples: [] });
      } catch (error) {
        if (!(error instanceof Absent)) throw error;
        absences.push({
          workload: workload.name,
          contestant: contestant.name,
          absent: error.message,
        });
      }
    }
    await runRounds(workload, entrants);
  } finally {
    for (const { runner } of entrants) await runner.dispose?.();
  }
  const results = entrants.map((entrant) => summarize(workload, entrant));
  return { results: [...results, ...absences], ratios: compare(workload, results) };
}

async function runRounds(workload: Workload, entrants: readonly Entrant[]): Promise<void> {
  const rounds = workload.rounds ?? 9;
  for (const { runner } of entrants) await runner.run();
  for (let round = 0; round < rounds; ++round)
    for (let turn = 0; turn < entrants.length; ++turn) {
      // Each round starts with another contestant, so that none always follows the same neighbour.
      const entrant = entrants[(round + turn) % entrants.length];
      if (entrant === undefined || round >= (entrant.contestant.maxRuns ?? rounds)) continue;
      // The threads of the contestant before may spin for some milliseconds after their last loop.
      await sleep(20);
      const repeat = entrant.contestant.repeat ?? workload.repeat ?? 1;
      entrant.samples.push((await sample(entrant.runner, repeat)) * workload.scale);
    }
}

/** Returns the seconds of one call, averaged over `repeat` calls. */
async function sample(runner: Runner, repeat: number): Promise<number> {
  // One untimed call brings short work back into the cache.
  if (repeat > 1) await runner.run();
  let reported = 0;
  let reports = false;
  const start = process.hrtime.bigint();
  for (let call = 0; call < repeat; ++call) {
    let seconds = runner.run();
    if (seconds instanceof Promise) seconds = await seconds;
    if (typeof seconds === 'number') {
      reported += seconds;
      reports = true;
    }
  }
  const elapsed = Number(process.hrtime.bigint() - start) / 1e9;
  return (reports ? reported : elapsed) / repeat;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
  return (lower + upper) / 2;
}

function summarize(workload: Workload, { contestant, samples }: Entrant): Result {
  return {
    workload: workload.name,
    contestant: contestant.name,
    unit: workload.unit,
    median: median(samples),
    min: Math.min(...samples),
    max: Math.max(...samples),
    runs: samples.length,
  };
}

function compare(workload: Workload, results: readonly Result[]): Ratio[] {
  const own = results.find(({ contestant }) => contestant === 'thalweg');
  if (own === undefined) return [];
  return results
    .filter((result) => result !== own)
    .map((result) => ({
      workload: workload.name,
      over: result.contestant,
      ratio: result.median / own.median,
    }));
}

/** Describes the machine that the figures belong to. */
export function describeMachine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} × ${processors[0]?.model ?? process.arch}, ${memory} GiB, Node.js ${process.version}`;
}

/** Formats the results as a table for people. */
export function formatOutcome({ results, ratios }: Outcome): string {
  const rows = results.map((result) => {
    if ('absent' in result) return [result.contestant, `absent: ${result.absent}`];
    const ratio = ratios.find(({ over }) => over === result.contestant)?.ratio;
    return [
      result.contestant,
      `${figure(result.median)} ${result.unit}`,
      `${figure(result.min)} to ${figure(result.max)}`,
      `${result.runs} runs`,
      ratio === undefined ? '' : `thalweg × ${figure(ratio)}`,
    ];
  });
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(0, ...rows.filter((row) => row.length > 2).map((row) => row[column]?.length ?? 0)),
  );
  const nameWidth = Math.max(...rows.map((row) => row[0]?.length ?? 0));
  return rows
    .map(([name = '', ...cells]) =>
      `  ${name.padEnd(nameWidth)}  ${cells.map((cell, column) => cell.padEnd(widths[column + 1] ?? 0)).join('  ')}`.trimEnd(),
    )
    .join('\n');
}

function figure(value: number): string {
  return value >= 1000 ? value.toFixed(0) : value.toPrecision(3);
}
