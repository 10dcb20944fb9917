/** Splits and folds of many classes, groups and parts take memory and time by the rows alone. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { data } from '../../src/index.js';
import { dealClasses, dealGroups } from '../../src/division/strata.js';

const mk = (length: number): data.Dataset =>
  data.fromArrays({ inputs: new Uint8Array(length), shape: [length, 1] });
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

/** Shares classes out by a table of classes × parts, as the paper of Ryser does. */
function shareOut(classes: readonly number[], parts: readonly number[]): number[][] {
  const rows = sum(classes);
  const shares = classes.map((count) => parts.map((size) => Math.floor((count * size) / rows)));
  const lacking = parts.map((size, p) => size - sum(shares.map((share) => share[p]!)));
  const columns = [...parts.keys()];
  classes.forEach((count, c) => {
    columns.sort((a, b) => lacking[b]! - lacking[a]! || a - b);
    for (const p of columns.slice(0, count - sum(shares[c]!))) {
      shares[c]![p]!++;
      lacking[p]!--;
    }
  });
  return shares;
}

const counts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });

describe('shares of classes', () => {
  it('are those of a whole table', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 60 }), (classes, k) => {
        const rows = sum(classes);
        fc.pre(k <= rows);
        const parts = Array.from({ length: k }, (_, i) => Math.ceil((rows - i) / k));
        const expected = shareOut(classes, parts).flatMap((share) =>
          share.flatMap((count, part) => new Array<number>(count).fill(part)),
        );
        expect([...dealClasses(classes, parts)]).toEqual(expected);
      }),
    );
  });

  it('keep to parts of several sizes', () => {
    expect([...dealClasses([5, 5], [7, 2, 1])]).toEqual([0, 0, 0, 0, 1, 0, 0, 0, 1, 2]);
  });
});

describe('groups', () => {
  it('leave no part empty where there are as many groups as parts', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 30 }), (groups, k) => {
        fc.pre(k <= groups.length);
        const rows = sum(groups);
        const parts = Array.from({ length: k }, (_, i) => Math.ceil((rows - i) / k));
        const partOf = dealGroups(groups, groups.keys(), parts);
        expect(new Set(partOf).size).toBe(k);
      }),
    );
  });

  it('go to the larger part where they are large, whatever the seed is', () => {
    const groupBy = [1, 1, 1, 1, 1, 1, 1, 1, 1, 2];
    for (let seed = 0; seed < 8; seed++) {
      const { train, validation } = mk(10).split({ validation: 0.2, groupBy, seed });
      expect([train.length, validation.length]).toEqual([9, 1]);
    }
  });

  it.each(['stratify', 'groupBy'])('leave one row out in each fold with %s', (option) => {
    const keys = Array.from({ length: 6000 }, (_, row) => row);
    const folds = mk(6000).kFold(6000, { [option]: keys });
    expect(new Set(folds.map(({ validation }) => validation.sourceRows()[0])).size).toBe(6000);
  });

  it('may be more than the arguments of a call', () => {
    const length = 130_000;
    const parts = new Array<number>(length).fill(1);
    expect(new Set(dealGroups(parts, parts.keys(), parts)).size).toBe(length);
  });
});
