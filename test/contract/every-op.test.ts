/** Every op of native/ops/ops.def has a case in this folder, which compares devices with the reference. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { native } from '../../src/native.js';

const folder = import.meta.dirname;
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.test.ts') && name !== 'every-op.test.ts')
  .map((name) => readFileSync(join(folder, name), 'utf8'))
  .join('\n');

/** Passes of an optimizer step, which steps.test.ts runs for each rule. */
const passes = ['step', 'square_sums'];

/** The ops that no case names. */
const untested = (ops: readonly string[]): string[] =>
  ops.filter((op) => !cases.includes(`'${op}'`));

it('the cases run every op that the addon has', () => {
  const ops = native.implementations('reference').map(({ operation }) => operation);
  expect(ops).toContain('dense_forward');
  expect(untested(ops)).toEqual(passes);
  expect(untested(['dense_forward', 'dense_sideways'])).toEqual(['dense_sideways']);
});
