/** Calls that types refuse, and that throw where JavaScript makes them. */
import { describe, expect, it } from 'vitest';
import { nn, optim } from '../../src/index.js';
import { failure } from '../oracle/failure.js';

type Cases = readonly (readonly [string, () => unknown])[];

/** Makes one test for each case: it must throw, or reject with, a coded error. */
export function refused(what: string, cases: Cases): void {
  describe(what, () => {
    it.each(cases)('%s', async (_, body) => {
      const { code, path } = await failure(body);
      expect(code).toMatch(/^(TYPE|RANGE|DTYPE|SHAPE|SEED|NO_DEVICE|MISSING|UNKNOWN_OPTION)$/);
      expect(path).not.toBe('');
    });
  });
}

export const model = nn.sequential({ input: [2] }, nn.dense(2));

export const optimizer = optim.adam();

export const weight = new Float32Array(2);

export const stepper = optim.bind(optimizer, { weight });
