/** The records of event files, which TensorBoard reads. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../src/io/crc32c.js';
import { scalarRecord, versionRecord } from '../../src/io/event-record.js';
import { readEventFile, slowCrc32c } from '../oracle/event-file.js';

describe('event records', () => {
  it('have the checksum of RFC 3720', () => {
    // Appendix B.4, and the check value of the catalogue of CRC algorithms.
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(crc32c(bytes)).toBe(slowCrc32c(bytes));
      }),
    );
  });

  it('read back what was written, whatever it is', () => {
    const scalars = fc.dictionary(fc.string({ minLength: 1 }), fc.float());
    fc.assert(
      fc.property(scalars, fc.nat({ max: Number.MAX_SAFE_INTEGER }), (given, step) => {
        const bytes = Buffer.concat([
          versionRecord(1.5),
          scalarRecord(2.5, step, Object.entries(given)),
        ]);
        expect(readEventFile(bytes)).toEqual([
          { time: 1.5, step: 0, version: 'brain.Event:2', scalars: {} },
          { time: 2.5, step, scalars: { ...given } },
        ]);
      }),
      { examples: [[Object.fromEntries([['__proto__', 1]]), 0]] },
    );
  });

  it('show every damage', () => {
    const bytes = scalarRecord(2.5, 3, [['loss', 0.25]]);
    for (let bit = 64; bit < bytes.length * 8; bit++) {
      const damaged = Buffer.from(bytes);
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => readEventFile(damaged)).toThrow('checksum');
    }
  });
});
