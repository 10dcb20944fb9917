/**
 * What is fuzzed: functions of bytes that must never throw. Each gives bytes to a reader, which takes
 * them or refuses them with a ThalwegError; what it takes must hold what it promises.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { Values } from './values.js';

/** The files that are fuzzed: of src in tests, of dist, with counters, under libFuzzer. */
export interface Library {
  readonly header: typeof import('../../src/io/safetensors-header.js');
  readonly idx: typeof import('../../src/data/idx.js');
  readonly errors: typeof import('../../src/errors.js');
  readonly checkpoint: typeof import('../../src/checkpoint/options.js');
  readonly settings: typeof import('../../src/optim/settings.js');
  readonly thalweg: typeof import('../../src/index.js');
}

/** Where they lie below src or dist. */
export const paths: Readonly<Record<keyof Library, string>> = {
  header: 'io/safetensors-header',
  idx: 'data/idx',
  errors: 'errors',
  checkpoint: 'checkpoint/options',
  settings: 'optim/settings',
  thalweg: 'index',
};

export type Target = (bytes: Uint8Array) => void;

export const targetNames = ['safetensors', 'idx', 'options'] as const;

type Call = (...given: unknown[]) => unknown;

/** Functions of options: those of each namespace that make plain descriptions. */
function callsOf({ thalweg, checkpoint, settings }: Library): readonly Call[] {
  const { optim, schedule, average, nn, loss, metrics, callbacks } = thalweg;
  const { bind: _bind, minimize: _minimize, ...rules } = optim;
  const { sequential: _sequential, ...layers } = nn;
  const { check, valueAt, ...schedules } = schedule;
  const { ExponentialAverage: _class, exponential: _e, exponentialStream: _s, ...kept } = average;
  // By name, so that a byte means the same function from whichever module.
  const functions = (space: object): Call[] =>
    Object.entries(space)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, each]) => each as unknown)
      .filter((each): each is Call => typeof each === 'function');
  const plain = functions(rules).map<Call>((rule) => (...given) => {
    const optimizer = rule(...given) as ConstructorParameters<typeof settings.StepSettings>[0];
    // What makes an optimizer, the step takes too.
    if (optimizer.kind !== 'lbfgs' && optimizer.kind !== 'gradientDescent')
      new settings.StepSettings(optimizer, {});
  });
  return [
    ...plain,
    ...functions(schedules),
    (value: unknown) => check('rate', value),
    (value: unknown, step: number) => valueAt(check('rate', value), step),
    ...functions(layers),
    ...functions(kept),
    ...functions(loss),
    ...[metrics.f1, metrics.precision, metrics.recall, metrics.topK, callbacks.earlyStopping],
    (value: unknown) => checkpoint.planCheckpoints('checkpoint', value, true),
  ].map((call) => call as Call);
}

function safetensors({ header }: Library, bytes: Uint8Array): void {
  const { length } = bytes;
  const head = bytes.subarray(0, header.headBytes(bytes.subarray(0, 8), length, 'file'));
  const { entries, metadata } = header.parseHead(head, length, 'file');
  let at = 0;
  for (const { dtype, shape, begin, end } of entries) {
    strictEqual(begin, at);
    at = end;
    strictEqual(
      end - begin,
      shape.reduce((a, b) => a * b, header.elementBytes[dtype]),
    );
  }
  strictEqual(head.length + at, length);
  // What was read can be written, and is the same when it is read again.
  const again = header.encodeHeader(entries, metadata);
  deepStrictEqual(header.parseHead(again, again.length + at, 'file'), { entries, metadata });
}

function idx({ idx: reader }: Library, bytes: Uint8Array): void {
  const { shape, data } = reader.parseIdx(bytes);
  const count = shape.includes(0) ? 0 : shape.reduce((a, b) => a * b, 1);
  strictEqual(data.length, count);
  strictEqual(4 + 4 * shape.length + data.byteLength, bytes.length);
  ok(data.buffer !== bytes.buffer);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  shape.forEach((extent, i) => {
    strictEqual(extent, view.getUint32(4 + 4 * i));
  });
}

/** The targets over a library, by name. */
export function targetsOf(library: Library): Readonly<Record<string, Target>> {
  const calls = callsOf(library);
  const { ThalwegError } = library.errors;
  const refusable =
    (body: Target): Target =>
    (bytes) => {
      try {
        body(bytes);
      } catch (error) {
        if (!(error instanceof ThalwegError)) throw error;
      }
    };
  return {
    safetensors: refusable((bytes) => safetensors(library, bytes)),
    idx: refusable((bytes) => idx(library, bytes)),
    options: refusable((bytes) => {
      const values = new Values(bytes);
      const call = calls[values.byte() % calls.length]!;
      call(...Array.from({ length: 1 + (values.byte() % 3) }, () => values.next()));
    }),
  };
}
