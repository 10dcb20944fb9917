/** Errors suggest names that exist. */
import { describe, expect, it } from 'vitest';
import { checkArray } from '../src/arrays.js';
import { nn } from '../src/index.js';
import { checkOneOf, checkOptions, describe as show, suggestion } from '../src/options.js';
import { failure } from './oracle/failure.js';

const adam = ['learningRate', 'beta1', 'beta2', 'epsilon', 'l2', 'weightDecay', 'amsgrad'];
const fit = ['epochs', 'batchSize', 'validation', 'shuffle'];
const losses = ['softmaxCrossEntropy', 'sigmoidCrossEntropy', 'meanSquaredError', 'huber'];

describe('a name', () => {
  it.each([
    ['misspelt', 'lerningRate', adam, 'learningRate'],
    ['of PyTorch', 'lr', adam, 'learningRate'],
    ['of PyTorch', 'eps', adam, 'epsilon'],
    ['of PyTorch', 'weight_decay', adam, 'weightDecay'],
    ['of Keras', 'batch_size', fit, 'batchSize'],
    ['of tfjs', 'validationData', fit, 'validation'],
    ['of tfjs', 'mse', losses, 'meanSquaredError'],
    ['in another case', 'ADAM', ['sgd', 'adam'], 'adam'],
  ])('%s, %s, is told the right one', (_, name, known, expected) => {
    expect(suggestion(name, known)).toBe(`did you mean \`${expected}\`?`);
  });

  it('like no other is told all there are, once', async () => {
    expect(suggestion('verbose', fit)).toBe('use one of epochs, batchSize, validation, shuffle');
    const { message } = await failure(() => checkOneOf('last', 'wrap', ['keep', 'drop']));
    expect(message).toBe("expected 'keep' or 'drop' for `last`, received \"wrap\"");
  });
});

it('softmax as an activation is told where it goes', async () => {
  const { code, remedy } = await failure(() => nn.dense(10, { activation: 'softmax' as never }));
  expect([code, remedy]).toEqual([
    'RANGE',
    'leave it out for the loss softmaxCrossEntropy, which applies it; else add nn.softmax()',
  ]);
});

/** Some of these values throw when they are asked for their kind. */
const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};
const withoutClass = Object.setPrototypeOf(new Float32Array(2), null) as object;
const lying = Object.defineProperty(new Float32Array(2), 'constructor', {
  get() {
    throw new Error('mine');
  },
});

describe('a refused value', () => {
  it.each<[string, () => unknown]>([
    ['a Float32Array', () => withoutClass],
    ['a Float32Array', () => lying],
    ['a DataView', () => new DataView(new ArrayBuffer(1))],
    ['an object', () => revoked({})],
    ['an object', () => revoked([])],
    ['an array', () => new Proxy([], { get: () => Symbol('length') })],
    ['an object', () => Object.create(null) as unknown],
    [`Symbol(${'x'.repeat(53)}…`, () => Symbol('x'.repeat(100))],
    [`${2n ** 100n}n`, () => 2n ** 100n],
    ['a bigint of many digits', () => 2n ** 1_000_000n],
    ['a bigint of many digits', () => -(2n ** 1_000_000n)],
    [`"${'x'.repeat(60)}"`, () => 'x'.repeat(1e6)],
    ['NaN', () => NaN],
    ['undefined', () => undefined],
    ['a function', () => (): number => 1],
  ])('is shown as %s', (text, make) => {
    expect(show(make())).toBe(text);
  });

  it.each<[string, () => unknown]>([
    ['a Map', () => new Map([['a', 1]])],
    ['a promise', () => Promise.resolve({})],
    ['a date', () => new Date()],
    ['a revoked proxy', () => revoked({})],
    ['null', () => null],
    ['a list', () => []],
    ['a symbol', () => Symbol('a')],
  ])('as options is TYPE: %s', async (_, make) => {
    expect((await failure(() => checkOptions('options', make(), ['a']))).code).toBe('TYPE');
  });

  it('may lack a prototype as options', () => {
    const options = Object.assign(Object.create(null) as object, { a: 1 });
    expect(checkOptions('options', options, ['a'])).toBe(options);
  });
});

describe('the remedy for a wrong array', () => {
  it.each<[string, unknown, number[]]>([
    ['a list', [1, 2], [1, 2]],
    ['rows', [[1, 2], [3]], [1, 2, 3]],
    ['rows of rows', [[[1], [2]], [[3]]], [1, 2, 3]],
    ['doubles', Float64Array.of(1, 2), [1, 2]],
    ['clamped bytes', Uint8ClampedArray.of(1, 2), [1, 2]],
    ['bigints', BigInt64Array.of(1n, 2n), [1, 2]],
    ['a buffer', Float32Array.of(1, 2).buffer, [1, 2]],
  ])('gives the right array for %s', async (_, value, expected) => {
    const { remedy } = await failure(() => checkArray('inputs', value, Float32Array));
    const expression = /(?:use|convert it with) (.*)$/.exec(remedy)![1]!.replace('…', 'value');
    // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
    const made: unknown = new Function('value', `return ${expression}`)(value);
    expect([...(made as Float32Array)]).toEqual(expected);
  });
});
