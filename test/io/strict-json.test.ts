import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonReader, parseStrictJson } from '../../src/io/strict-json.js';
import { failure } from '../oracle/failure.js';

/** Cuts the text at these places, each modulo its length. */
function cutAt(text: string, places: readonly number[]): string[] {
  const at = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b)];
  return at.map((from, i) => text.slice(from, at[i + 1]));
}

function read(pieces: readonly string[], limits = { depth: 64, values: 1000 }): unknown {
  const reader = new JsonReader('text', limits);
  for (const piece of pieces) reader.feed(piece);
  return reader.value();
}

const code = async (pieces: readonly string[]): Promise<string> =>
  (await failure(() => read(pieces))).code;

const places = fc.array(fc.nat(), { maxLength: 6 });

describe('a text in pieces', () => {
  it('is what JSON.parse makes of it, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 5 }), places, (text, cuts) => {
        expect(read(cutAt(text, cuts))).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('may hold strings full of escapes, wherever it is cut', () => {
    const escapes = fc.array(fc.constantFrom('\\', '"', 'a', '{', '[', ',', 'ü', '\n'));
    const value = fc.dictionary(
      escapes.map((each) => each.join('')),
      escapes,
    );
    fc.assert(
      fc.property(value, places, (given, cuts) => {
        const text = JSON.stringify(given);
        expect(read(cutAt(text, cuts))).toEqual(JSON.parse(text));
      }),
      { numRuns: 500 },
    );
  });

  it('is taken or refused with a code, whatever it is', async () => {
    const token = fc.constantFrom(
      ...Array.from('{}[]:,"\\a1'),
      '"a"',
      '"a":',
      'null',
      '\\u0061',
      ' ',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(token, { maxLength: 20 }), async (tokens) => {
        const text = tokens.join('');
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          expect(await code([text])).toMatch(/FORMAT|DUPLICATE/);
          return;
        }
        const again = JSON.stringify(parsed).length;
        if (again === text.replaceAll(' ', '').replaceAll('\\u0061', 'a').length)
          expect(read([text])).toEqual(parsed);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('refused', () => {
  it.each([
    ['a key twice', ['{"a":1,"a":2}']],
    ['a key twice, once escaped', ['{"a":1,"\\u0061":2}']],
    ['a key twice, cut within', ['{"ab":1,"', 'a', 'b":2}']],
    ['a key twice, cut within its escape', ['{"a":1,"\\u00', '61":2}']],
    ['a key twice, deep within', ['[[{"b":{"a":1,"c":[],"a":2}}]]']],
  ])('%s is DUPLICATE', async (_, pieces) => {
    expect(await code(pieces)).toBe('DUPLICATE');
  });

  it.each([
    ['keys of different objects', '[{"a":1},{"a":1}]'],
    ['a key that is a value elsewhere', '{"a":"b","b":"a"}'],
    ['values that repeat', '{"a":["a","a"]}'],
  ])('is not refused with %s', (_, text) => {
    expect(read([text])).toEqual(JSON.parse(text));
  });

  it('is nesting at the first bracket too many, and values at the first too many', () => {
    const limits = { depth: 3, values: 9 };
    const deep = new JsonReader('text', limits);
    deep.feed('[[[');
    expect(() => deep.feed('[')).toThrow('more than 3 nested brackets');
    const many = new JsonReader('text', limits);
    many.feed('[1,2,3,4,5,6,7,');
    expect(() => many.feed('8,')).toThrow('more than 9 values');
  });

  it('is what is no JSON, by its name', async () => {
    const error = await failure(() => parseStrictJson('{"a":}', 'a file'));
    expect([error.code, error.path]).toEqual(['FORMAT', 'a file']);
    expect(await code(['{"\\x":1}'])).toBe('FORMAT');
    expect(await code([''])).toBe('FORMAT');
  });
});
