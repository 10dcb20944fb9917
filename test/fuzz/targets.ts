/**
 * The fuzzed functions: they take bytes and must never throw. Each gives the bytes to a reader,
 * which takes them or refuses them with a ThalwegError. Whatever it takes must hold what it
 * promises.
 */
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { Values } from './values.js';
import { wholeRecord, wholeState } from './whole-state.js';

/** The fuzzed files: of src in tests, and of dist, with counters, under libFuzzer. */
export interface Library {
  readonly header: typeof import('../../src/io/safetensors-header.js');
  readonly types: typeof import('../../src/io/safetensors-type.js');
  readonly idx: typeof import('../../src/data/idx.js');
  readonly glob: typeof import('../../src/optim/glob.js');
  readonly errors: typeof import('../../src/errors.js');
  readonly checkpoint: typeof import('../../src/checkpoint/options.js');
  readonly exact: typeof import('../../src/sealed/exact-json.js');
  readonly history: typeof import('../../src/checkpoint/history-text.js');
  readonly state: typeof import('../../src/checkpoint/state.js');
  readonly document: typeof import('../../src/model/document.js');
  readonly settings: typeof import('../../src/optim/settings.js');
  readonly thalweg: typeof import('../../src/index.js');
}

/** The paths of these files below src or dist. */
export const paths: Readonly<Record<keyof Library, string>> = {
  header: 'io/safetensors-header',
  types: 'io/safetensors-type',
  idx: 'data/idx',
  glob: 'optim/glob',
  errors: 'errors',
  checkpoint: 'checkpoint/options',
  exact: 'sealed/exact-json',
  history: 'checkpoint/history-text',
  state: 'checkpoint/state',
  document: 'model/document',
  settings: 'optim/settings',
  thalweg: 'index',
};

export type Target = (bytes: Uint8Array) => void;

export const targetNames = [
  'safetensors',
  'idx',
  'glob',
  'options',
  'state',
  'restore',
  'model',
] as const;

type Call = (...given: unknown[]) => unknown;

/** Functions of options: those of each namespace that make plain descriptions. */
function callsOf({ thalweg, checkpoint, settings }: Library): readonly Call[] {
  const { optim, schedule, average, nn, loss, metrics, callbacks } = thalweg;
  const { bind: _bind, minimize: _minimize, ...rules } = optim;
  const { sequential: _sequential, load: _load, ...layers } = nn;
  const { check, valueAt, ...schedules } = schedule;
  const { ExponentialAverage: _class, exponential: _e, exponentialStream: _s, ...kept } = average;
  // The functions are sorted by name, so that a byte always means the same one.
  const functions = (space: object): Call[] =>
    Object.entries(space)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, each]) => each as unknown)
      .filter((each): each is Call => typeof each === 'function');
  const plain = functions(rules).map<Call>((rule) => (...given) => {
    const optimizer = rule(...given) as ConstructorParameters<typeof settings.StepSettings>[0];
    // The step takes every optimizer that its function makes.
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
    metrics.f1,
    metrics.precision,
    metrics.recall,
    metrics.topK,
    callbacks.earlyStopping,
    (value: unknown) => checkpoint.planCheckpoints('checkpoint', value, true),
  ].map((call) => call as Call);
}

function safetensors({ header, types }: Library, bytes: Uint8Array): void {
  const { length } = bytes;
  const head = bytes.subarray(0, header.headBytes(bytes.subarray(0, 8), length, 'file'));
  const { entries, metadata } = header.parseHead(head, length, 'file');
  let at = 0;
  for (const { dtype, shape, begin, end } of entries) {
    strictEqual(begin, at);
    at = end;
    strictEqual(end - begin, types.byteLength(dtype, shape));
  }
  strictEqual(head.length + at, length);
  // A header that was read can be written, and reads the same again.
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

/** Returns the value with some parts replaced; the bytes choose the places. */
function changedBy(values: Values, whole: unknown): unknown {
  const root = { whole: structuredClone(whole) };
  for (let changes = 1 + (values.byte() % 3); changes > 0; changes--) {
    let owner: Record<string, unknown> = root;
    for (;;) {
      const keys = Object.keys(owner);
      const key = keys[values.byte() % keys.length]!;
      const inner = owner[key];
      const goesOn = typeof inner === 'object' && inner !== null && Object.keys(inner).length > 0;
      if (goesOn && values.byte() % 8 !== 0) {
        owner = inner as Record<string, unknown>;
        continue;
      }
      if (values.byte() % 8 === 0) Reflect.deleteProperty(owner, key);
      else owner[key] = values.next();
      break;
    }
  }
  return root.whole;
}

/** Returns the value as text where JSON can hold it. */
function textOf({ exact }: Library, value: unknown): string {
  try {
    return exact.toExactJson(value) ?? '';
  } catch {
    return ''; // a bigint
  }
}

/** The first byte decides: the others are a text, or change a state or a record. */
function state(library: Library, bytes: Uint8Array): void {
  const { exact, history, state: reader } = library;
  const values = new Values(bytes.subarray(1));
  const kind = (bytes[0] ?? 0) % 4;
  if (kind === 0) history.decodeLast(bytes.subarray(1), 'file');
  if (kind === 1) {
    const line = `${textOf(library, changedBy(values, wholeRecord))}\n`;
    const records = history.decodeLast(Buffer.from(line), 'file');
    deepStrictEqual(
      history.decodeLast(Buffer.from(`${exact.toExactJson(records[0])}\n`), 'f'),
      records,
    );
    return;
  }
  const text =
    kind === 2
      ? Buffer.from(bytes.subarray(1)).toString()
      : textOf(library, changedBy(values, wholeState));
  const read = reader.parseHeadState(exact.fromExactJson(text, 'file'), 'file');
  const again = exact.fromExactJson(exact.toExactJson(read), 'file');
  deepStrictEqual(reader.parseHeadState(again, 'file'), read);
  const { steps, skipped, run } = read;
  const { progress } = run?.underWay ?? {};
  ok(Number.isSafeInteger(steps) && steps >= 0 && (run?.rateScale ?? 1) > 0);
  ok(progress === undefined || (progress.steps <= steps && progress.skipped <= skipped));
}

/** A document of a model file with all its parts, which the bytes change. */
function wholeDocument({ nn }: Library['thalweg']): object {
  const model = nn.sequential(
    { input: [5, 5, 2] },
    nn.conv2d(3, { kernel: 2, padding: 'same' }),
    nn.residual([nn.batchNorm(), nn.gelu()], { shortcut: nn.maxPool2d({ kernel: 1 }) }),
    nn.dropout(0.5),
    nn.flatten(),
    nn.dense(2, { activation: 'elu' }),
  );
  return {
    architecture: model.toJSON(),
    loss: { kind: 'softmaxCrossEntropy', delta: 1 },
    weights: 'raw',
    input: { kind: 'numbers', shape: [5, 5, 2] },
    output: { kind: 'classes', shape: [2] },
    classes: ['a', 'b'],
    preprocessing: { format: 'scaling', version: 1, mean: [0.5] },
    writer: wholeState.writer,
  };
}

/** The first byte decides: the others are a text, or change a document. */
function model(library: Library, bytes: Uint8Array): void {
  const { exact, document } = library;
  const values = new Values(bytes.subarray(1));
  const text =
    (bytes[0] ?? 0) % 4 === 0
      ? Buffer.from(bytes.subarray(1)).toString()
      : textOf(library, changedBy(values, wholeDocument(library.thalweg)));
  const read = document.parseDocument(exact.fromExactJson(text, 'file'), 'file');
  // The content can be written, and reads the same again.
  const written = exact.toExactJson(document.toDocument(read));
  const again = document.parseDocument(exact.fromExactJson(written, 'file'), 'file');
  strictEqual(exact.toExactJson(document.toDocument(again)), written);
  ok(read.model.parameters.every(({ shape }) => shape.every((extent) => extent > 0)));
}

/** A thing whose state comes from a file, or from a caller who kept it. */
interface Restorable {
  state?(): unknown;
  arrays?(): unknown;
  restore?(state: never, arrays: never): void;
}

const made = new WeakMap<Library, readonly (() => Restorable)[]>();

/** All of them, fresh ones; each with its own state to begin with. */
function restorables(library: Library): readonly (() => Restorable)[] {
  const known = made.get(library);
  if (known !== undefined) return known;
  const { callbacks, ensemble, average, data, optim } = library.thalweg;
  const weights = () => ({ weight: new Float32Array(2), bias: new Float32Array(1) });
  const all: readonly (() => Restorable)[] = [
    () => callbacks.earlyStopping(),
    () => callbacks.csvLog({ file: '/nowhere' }),
    () => callbacks.jsonLog({ file: '/nowhere' }),
    () => callbacks.tensorBoard({ folder: '/nowhere' }),
    () => ensemble.snapshots(),
    () => new average.ExponentialAverage({ beta: 0.9 }),
    () => new data.Shuffler({ length: 10, batchSize: 3, seed: 7n }),
    () => optim.bind(optim.adam(), weights()),
    () => optim.bind(optim.nadam(), weights()),
  ];
  made.set(library, all);
  return all;
}

/** The first byte says whose state the others change; what it takes, it gives back. */
function restore(library: Library, bytes: Uint8Array): void {
  const values = new Values(bytes.subarray(1));
  const all = restorables(library);
  const one = all[(bytes[0] ?? 0) % all.length]!();
  const whole = one.state?.();
  const given = values.byte() % 4 === 0 ? values.next() : changedBy(values, whole);
  const arrays = values.byte() % 2 === 0 ? {} : { '1/w': new Float32Array(1) };
  try {
    one.restore?.(given as never, arrays as never);
  } catch (error) {
    deepStrictEqual(one.state?.(), whole); // a failed call changes nothing
    throw error;
  } finally {
    (one as Partial<Disposable>)[Symbol.dispose]?.();
  }
}

/** Says whether a pattern fits a whole name. Each row of the dynamic programming tells which prefixes fit. */
function matchesSlowly(pattern: string, name: string): boolean {
  let fits = [true, ...Array.from(name, () => false)]; // the empty pattern matches these prefixes of the name
  for (const letter of pattern) {
    const next = [letter === '*' && fits[0]!];
    for (let i = 0; i < name.length; i++)
      next.push(letter === '*' ? next[i]! || fits[i + 1]! : letter === name[i] && fits[i]!);
    fits = next;
  }
  return fits.at(-1)!;
}

/**
 * Makes names of three letters and the star, so that patterns often match; the first byte splits
 * them.
 */
function glob({ glob: { matches } }: Library, bytes: Uint8Array): void {
  const letters = Array.from(bytes.subarray(1), (byte) => '*ab.'[byte % 4]!).join('');
  const cut = (bytes[0] ?? 0) % (letters.length + 1);
  const pattern = letters.slice(0, cut);
  const name = letters.slice(cut).replaceAll('*', 'c');
  strictEqual(matches(pattern, name), matchesSlowly(pattern, name));
}

/** Returns the targets over a library, by name. */
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
    state: refusable((bytes) => state(library, bytes)),
    glob: (bytes) => glob(library, bytes),
    restore: refusable((bytes) => restore(library, bytes)),
    model: refusable((bytes) => model(library, bytes)),
    options: refusable((bytes) => {
      const values = new Values(bytes);
      const call = calls[values.byte() % calls.length]!;
      call(...Array.from({ length: 1 + (values.byte() % 3) }, () => values.next()));
    }),
  };
}
