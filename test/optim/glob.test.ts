import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Trainer, nn, optim } from '../../src/index.js';
import { matches } from '../../src/optim/glob.js';
import { failure } from '../oracle/failure.js';

/** Matches by trying every run of letters for a star. */
function matchesByTrying(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const rest = pattern.slice(1);
  if (pattern[0] !== '*') return name[0] === pattern[0] && matchesByTrying(rest, name.slice(1));
  return Array.from({ length: name.length + 1 }, (_, i) => name.slice(i)).some((tail) =>
    matchesByTrying(rest, tail),
  );
}

describe('a pattern', () => {
  afterEach(() => vi.restoreAllMocks());

  it('matches as every run of characters that stars can be', () => {
    const letters = (from: string) =>
      fc.array(fc.constantFrom(...Array.from(from)), { maxLength: 7 }).map((each) => each.join(''));
    fc.assert(
      fc.property(letters('*ab'), letters('ab.'), (pattern, name) => {
        expect(matches(pattern, name)).toBe(matchesByTrying(pattern, name));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes characters as they are', () => {
    expect(matches('a.b', 'a.b')).toBe(true);
    expect(matches('a.b', 'axb')).toBe(false);
    expect(matches('*\n*', 'a\nb')).toBe(true);
    expect(matches('[a]', 'a')).toBe(false);
  });

  it('looks for each of its parts once, with many stars', () => {
    const name = 'a'.repeat(1000);
    const pattern = `${'*a'.repeat(500)}*b*`;
    const looks = vi.spyOn(String.prototype, 'indexOf');
    const result = matches(pattern, name);
    const count = looks.mock.calls.length;
    looks.mockRestore();
    expect(result).toBe(false);
    expect(count).toBeLessThanOrEqual(502);
  });
});

describe('a group', () => {
  const model = nn.sequential({ input: [2] }, nn.layerNorm(), nn.dense(2));
  const refused = (...patterns: string[]) => {
    const groups = patterns.map((match) => ({ match, weightDecay: 0 }));
    const optimizer = optim.adamW({ groups });
    return failure(() => new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer }));
  };

  it('is refused if it matches no parameter, with the likely name', async () => {
    expect(await refused('LayerNorm*')).toMatchObject({
      code: 'MISMATCH',
      path: 'optimizer.groups[0].match',
      remedy: 'letters differ in case: there is `layerNorm1.scale`',
    });
    expect((await refused('*.bias', 'dense1.wieght')).remedy).toBe('did you mean `dense1.weight`?');
    expect((await refused('*', 'norm9*')).code).toBe('MISMATCH');
  });

  it('is refused if an earlier group has all its parameters, and keeps the rest otherwise', async () => {
    const { received, remedy } = await refused('*.bias', 'dense1.bias');
    expect(received).toBe('the pattern "dense1.bias", whose parameters groups[0] has already');
    expect(remedy).toBe('put it first: the first match counts');
    const groups = [{ match: 'w' }, { match: '*', weightDecay: 0 }];
    optim.bind(optim.adamW({ groups }), { w: new Float32Array(1) }).dispose();
  });

  it('is refused by bind, too', async () => {
    const optimizer = optim.sgd({ groups: [{ match: '*.biass' }] });
    const bind = () => optim.bind(optimizer, { 'a.bias': new Float32Array(1) });
    expect((await failure(bind)).remedy).toBe('did you mean `a.bias`?');
  });
});
