/**
 * Replays the fuzzers' corpora, which stand for every branch that libFuzzer reached, with changes.
 */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as exact from '../../src/sealed/exact-json.js';
import * as history from '../../src/checkpoint/history-text.js';
import * as checkpoint from '../../src/checkpoint/options.js';
import * as state from '../../src/checkpoint/state.js';
import * as document from '../../src/model/document.js';
import * as idx from '../../src/data/idx.js';
import * as errors from '../../src/errors.js';
import * as thalweg from '../../src/index.js';
import * as header from '../../src/io/safetensors-header.js';
import * as types from '../../src/io/safetensors-type.js';
import { nn } from '../../src/index.js';
import * as glob from '../../src/optim/glob.js';
import * as settings from '../../src/optim/settings.js';
import { failure } from '../oracle/failure.js';
import { generator } from '../oracle/random.js';
import { readCorpus } from './corpus.js';
import { instrument } from './instrument.js';
import { targetNames, targetsOf } from './targets.js';

const targets = targetsOf({
  checkpoint,
  exact,
  history,
  state,
  document,
  idx,
  errors,
  glob,
  thalweg,
  header,
  types,
  settings,
});
const seed = Number(process.env['THALWEG_SEED'] ?? Date.now() % 1e9);
const changes = 5000;

/** Returns the unit with some bytes changed, cut out, or taken from another. */
function change(unit: Uint8Array, other: Uint8Array, random: () => number): Uint8Array {
  const index = (length: number): number => Math.floor(random() * length);
  const bytes = [...unit];
  for (let i = 0; i <= index(3); i++) {
    const at = index(bytes.length + 1);
    const kind = index(3);
    if (kind === 0) bytes[at] = index(256);
    else if (kind === 1) bytes.splice(at, index(8));
    else bytes.splice(at, 0, ...other.subarray(index(other.length), index(other.length)));
  }
  return Uint8Array.from(bytes);
}

describe.each(targetNames)('%s', (name) => {
  const target = targets[name]!;
  const units = readCorpus(join(import.meta.dirname, 'corpus', `${name}.txt`));

  it('takes or refuses every unit of its corpus', () => {
    expect(units.length).toBeGreaterThan(5); // a target of few branches needs few
    for (const unit of units) target(unit);
  });

  it(`takes or refuses ${changes} changed units (seed ${seed})`, () => {
    const random = generator(seed);
    const any = (): Uint8Array => units[Math.floor(random() * units.length)]!;
    for (let i = 0; i < changes; i++) {
      const unit = change(any(), any(), random);
      try {
        target(unit);
      } catch (error) {
        throw new Error(`unit ${Buffer.from(unit).toString('base64')}`, { cause: error });
      }
    }
  });
});

it('counters change nothing but themselves', () => {
  const code = `
    const f = (x) => x > 1 ? x && 2 : x ?? 3;
    function g(x) { let n = 0; for (const y of x) if (y) n += f(y); else n--; return n; }
    switch (given.length) { case 3: result = g(given); break; default: result = 0; }
    try { throw 1; } catch (error) { result += error; }`;
  const { code: counted, branches } = instrument(code, 5);
  const run = (text: string, __branches: Uint8Array): unknown =>
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    new Function('__branches', 'given', `let result; ${text}; return result;`)(
      __branches,
      [0, 1, 2],
    );
  const counters = new Uint8Array(5 + branches);
  expect(run(counted, counters)).toBe(run(code, counters));
  expect([...counters.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
  expect(counters.subarray(5).filter((count) => count > 0).length).toBeGreaterThan(7);
});

describe('inputs that fuzzing has found', () => {
  it('a model from a file without layers', async () => {
    const json = { kind: 'sequential', input: [3] } as never;
    expect(await failure(() => nn.fromJSON(json))).toMatchObject({
      code: 'TYPE',
      path: 'model.layers',
    });
  });

  it('residual blocks 40 deep, whose cost was 4 to that power', () => {
    let layer: nn.Layer = nn.dense(3);
    for (let i = 0; i < 40; i++) layer = nn.residual([layer]);
    expect(nn.sequential({ input: [3] }, layer).parameterCount).toBe(12);
  });
});
