import { describe, expect, it } from 'vitest';
import { lab } from '../lab.js';

const hex = (words: number[]) => words.map((word) => word.toString(16).padStart(8, '0')).join(' ');

describe('Philox4x32-10', () => {
  // These are the known answers of Random123 1.14, tests/kat_vectors.
  it.each([
    [[0, 0, 0, 0, 0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [Array<number>(6).fill(0xffffffff), '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0],
      'd16cfe09 94fdcceb 5001e420 24126ea1',
    ],
  ])('gives the known answer for %j', (words, expected) => {
    expect(hex(lab.philox(...(words as [number, number, number, number, number, number])))).toBe(
      expected,
    );
  });
});

describe('random streams', () => {
  const name = [7n, 1, 3n, 0n, 5n] as const;

  it('are frozen', () => {
    expect(hex(lab.randomWords(...name))).toMatchInlineSnapshot(
      `"63e73765 1e0565b9 f35fff1a 429dff9b"`,
    );
  });

  it('differ in every part of their name, upper halves included', () => {
    const seen = new Set<string>([hex(lab.randomWords(...name))]);
    for (const part of [0, 2, 3, 4] as const)
      for (const bit of [0n, 31n, 32n, 55n]) {
        const other: [bigint, number, bigint, bigint, bigint] = [...name];
        other[part] ^= 1n << bit;
        seen.add(hex(lab.randomWords(...other)));
      }
    seen.add(hex(lab.randomWords(7n, 2, 3n, 0n, 5n)));
    expect(seen.size).toBe(1 + 16 + 1);
  });

  it('do not reuse seed + epoch', () => {
    expect(lab.randomWords(8n, 1, 3n, 0n, 5n)).not.toEqual(lab.randomWords(7n, 1, 4n, 0n, 5n));
  });
});
