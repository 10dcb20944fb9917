/**
 * Reads 4 million numbers of 200,000 records from text in memory (DuckDB: from a file, on one thread) into
 * one array of doubles for each column.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { data } from '../src/index.js';
import { Absent, type Contestant, type Workload } from './harness.js';

const rows = 200_000;
const columns = 20;
const numbers = rows * columns;

/** Makes numbers from -100 to 100 with up to 6 decimals. */
function makeText(): string {
  let state = 12345;
  const random = (): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const lines = [Array.from({ length: columns }, (_, i) => `n${i}`).join()];
  for (let row = 0; row < rows; row++)
    lines.push(
      Array.from({ length: columns }, (_, i) => (random() * 200 - 100).toFixed(i % 7)).join(),
    );
  return lines.join('\n');
}

let made: string | undefined;
const text = (): string => (made ??= makeText());

/** Refuses a contestant that has read other numbers. */
function check(sum: number): void {
  if (!(Math.abs(sum) < numbers * 100)) throw new Error(`a sum of ${sum}`);
}

const thalweg: Contestant = {
  name: 'thalweg',
  prepare() {
    const bytes = Buffer.from(text());
    return {
      run: () => {
        const table = data.parseCsv(bytes);
        check(table.column('n0').toNumbers()[0]!);
      },
    };
  },
};

function toColumns(records: readonly (readonly string[])[]): readonly Float64Array[] {
  const arrays = Array.from({ length: columns }, () => new Float64Array(rows));
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < columns; i++) arrays[i]![row] = Number(records[row + 1]![i]);
  return arrays;
}

const csvParse: Contestant = {
  name: 'csv-parse',
  maxRuns: 3,
  prepare() {
    const bytes = Buffer.from(text());
    return {
      run: () => {
        check(toColumns(parse(bytes))[0]![0]!);
      },
    };
  },
};

const split: Contestant = {
  name: 'split and Number()',
  maxRuns: 5,
  prepare: () => ({
    run: () => {
      const records = text()
        .split('\n')
        .map((line) => line.split(','));
      check(toColumns(records)[0]![0]!);
    },
  }),
};

/** The parts of @duckdb/node-api that are used. */
interface DuckDb {
  readonly DuckDBInstance: {
    create(path: string, options: object): Promise<{ connect(): Promise<Connection> }>;
  };
}
interface Connection {
  run(sql: string): Promise<unknown>;
  closeSync(): void;
}

const duckDb: Contestant = {
  name: 'DuckDB, 1 thread',
  maxRuns: 5,
  async prepare() {
    let library: DuckDb;
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- it is no dependency
      library = require('@duckdb/node-api') as DuckDb;
    } catch {
      throw new Absent('@duckdb/node-api is not installed');
    }
    const folder = mkdtempSync(join(tmpdir(), 'thalweg-'));
    const file = join(folder, 'numbers.csv');
    writeFileSync(file, text());
    const instance = await library.DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    const sql = `create or replace table t as select * from read_csv('${file}')`;
    return {
      run: async () => {
        await connection.run(sql);
      },
      dispose: () => {
        connection.closeSync();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

export const workloads: Workload[] = [
  {
    name: 'csv-numbers',
    unit: 'ns/number',
    scale: 1e9 / numbers,
    rounds: 7,
    contestants: [thalweg, csvParse, split, duckDb],
  },
];
