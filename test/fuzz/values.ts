/** Makes values of any kind from bytes, for functions that must take anything. */

/** Names and texts that occur in options. */
const words = [
  'learningRate',
  'momentum',
  'beta1',
  'beta2',
  'epsilon',
  'rho',
  'weightDecay',
  'l2',
  'nesterov',
  'centered',
  'amsgrad',
  'groups',
  'match',
  'learningRateScale',
  '*.bias',
  'decay',
  'warmup',
  'start',
  'every',
  'unit',
  'step',
  'epoch',
  'kind',
  'initial',
  'final',
  'peak',
  'low',
  'high',
  'steps',
  'rise',
  'fall',
  'values',
  'at',
  'factor',
  'patience',
  'threshold',
  'metric',
  'rate',
  'power',
  'schedule',
  'schedules',
  'parts',
  'min',
  'max',
  'cycles',
  'shape',
  'delta',
  'loss',
  'activation',
  'relu',
  'tanh',
  'gelu',
  'useBias',
  'name',
  'units',
  'count',
  'layers',
  'input',
  'dense',
  'dropout',
  'batchNorm',
  'layerNorm',
  'embedding',
  'residual',
  'flatten',
  'softmax',
  'groupNorm',
  'rmsNorm',
  'reshape',
  'silu',
  'elu',
  'alpha',
  'shortcut',
  'weightInitializer',
  'heNormal',
  'folder',
  'everySteps',
  'everyMinutes',
  'keepBest',
  'bestBy',
  'validation.loss',
  'signals',
  'exit',
  'rollback',
  'times',
  'rateFactor',
  'waits',
  'constant',
  'cosine',
  'exponential',
  'piecewise',
  'plateau',
  'polynomial',
  'sequence',
  'scale',
  'adam',
  'sgd',
  'ema',
  'swa',
  'polyak',
  'running',
  'f1',
  'topK',
  'k',
  'average',
  'macro',
  'beta',
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  'x',
];
/** Values that need no bytes. */
const special: readonly (() => unknown)[] = [
  ...[undefined, null, true, false, NaN, Infinity, -Infinity, -0].map((value) => () => value),
  ...[0, 1, -1, 2 ** 31, 2 ** 53, 1e308, 5e-324, 0.5].map((value) => () => value),
  ...[10n, Symbol('symbol'), Symbol.iterator].map((value) => () => value),
  () => () => 0.1,
  () => () => NaN,
  () => (step: number) => step,
  () => new Date(0),
  () => new Float32Array(3),
  () => new Map(),
  () => Object.create(null) as unknown,
];
/** The largest depth of objects in objects. */
const deepest = 6;

/** Reads bytes from the front, and zeros after the end. */
export class Values {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  /** Makes any value; objects have known keys more often than not. */
  next(depth = 0): unknown {
    const kind = this.byte() % 8;
    if (kind === 0) return special[this.byte() % special.length]!();
    if (kind === 1) return this.byte();
    if (kind === 2) return this.byte() / 256;
    if (kind === 3) return this.#float();
    if (kind === 4) return this.#word();
    if (kind === 5) return this.#text();
    if (depth === deepest) return {};
    const count = this.byte() % 8;
    if (kind === 6) return Array.from({ length: count }, () => this.next(depth + 1));
    const object: Record<string, unknown> = {};
    for (let i = 0; i < count; i++) {
      const key = this.#word();
      const value = this.next(depth + 1);
      // JSON.parse does so too: the key is the object's own, even if it is __proto__.
      Object.defineProperty(object, key, {
        value,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
    return object;
  }

  #word(): string {
    return words[this.byte() % words.length]!;
  }

  #text(): string {
    return Buffer.from(Array.from({ length: this.byte() % 16 }, () => this.byte())).toString();
  }

  #float(): number {
    const bytes = Uint8Array.from({ length: 8 }, () => this.byte());
    return new Float64Array(bytes.buffer)[0]!;
  }
}
