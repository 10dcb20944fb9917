/** The model file: a sealed file of a model's parameters and statistics, by name. */
import { throughLinks } from '../io/atomic.js';
import { checkRoom } from '../io/memory.js';
import { type Entry, refuse } from '../io/safetensors-header.js';
import { type OpenSafetensors, withSafetensors } from '../io/safetensors.js';
import { elements } from '../nn/layer.js';
import { modelFormat, openModelHead } from '../nn/load.js';
import type { Sequential } from '../nn/sequential.js';
import { fromExactJson, toExactJson } from '../sealed/exact-json.js';
import {
  type DataSink,
  type DataSource,
  placeTensors,
  readData,
  writeSealed,
} from '../sealed/data.js';
import { encodeSealedHead, statedSums } from '../sealed/head.js';
import { isObject, propertyOf } from '../values.js';
import { type ModelContent, parseDocument, toDocument } from './document.js';

/** Arrays by the names of parameters and statistics. */
export type Arrays = Readonly<Record<string, Float32Array>>;

/** Returns the tensors of a model in the order of its file. */
function entriesOf({ parameters, statistics }: Sequential): Entry[] {
  return placeTensors(
    [...parameters, ...statistics].map(({ name, shape }) => ({ name, dtype: 'F32', shape })),
  );
}

/** Passes each part of a piece of the data, which begins at `offset`, together with the bytes of its tensor. */
function eachPart(
  tensors: readonly { readonly begin: number; readonly bytes: Uint8Array }[],
  offset: number,
  piece: Uint8Array,
  body: (bytes: Uint8Array, part: Uint8Array) => void,
): void {
  for (const { begin, bytes } of tensors) {
    const from = Math.max(begin, offset);
    const to = Math.min(begin + bytes.length, offset + piece.length);
    if (from < to)
      body(bytes.subarray(from - begin, to - begin), piece.subarray(from - offset, to - offset));
  }
}

function bytesOf(entries: readonly Entry[], arrays: Arrays) {
  return entries.map(({ name, begin }) => {
    const { buffer, byteOffset, byteLength } = arrays[name]!;
    return { begin, bytes: new Uint8Array(buffer, byteOffset, byteLength) };
  });
}

function sourceOf(entries: readonly Entry[], arrays: Arrays): DataSource {
  const tensors = bytesOf(entries, arrays);
  return (offset, target) => {
    eachPart(tensors, offset, target, (bytes, part) => {
      part.set(bytes);
    });
  };
}

function sinkOf(entries: readonly Entry[], arrays: Arrays): DataSink {
  const tensors = bytesOf(entries, arrays);
  return (offset, piece) => {
    eachPart(tensors, offset, piece, (bytes, part) => {
      bytes.set(part);
    });
  };
}

/**
 * Writes a model file atomically. A replaced file keeps its access rights, and a symbolic link its target.
 *
 * @param arrays all parameters and statistics of the model; nobody may change them meanwhile
 * @throws ThalwegError as `io.writeSafetensors`
 */
export async function writeModel(
  file: string,
  content: ModelContent,
  arrays: Arrays,
): Promise<void> {
  const text = toExactJson(toDocument(content));
  parseDocument(withKnownRates(fromExactJson(text, file)), file); // no unreadable file is written
  const entries = entriesOf(content.model);
  const { kind, version } = modelFormat;
  const encode = (sums: readonly string[]): Uint8Array =>
    encodeSealedHead(kind, { version, text }, entries, sums);
  const read = sourceOf(entries, arrays);
  await writeSealed(await throughLinks(file), { entries, read, encode });
}

/** Throws MISMATCH unless the file holds exactly the tensors of its model, in their order. */
function checkEntries(file: string, wanted: readonly Entry[], found: readonly Entry[]): void {
  const show = (entry: Entry | undefined): string =>
    entry === undefined
      ? 'no further tensor'
      : `${entry.name}, ${entry.dtype} [${entry.shape.join(', ')}]`;
  const { length } = wanted.length > found.length ? wanted : found;
  for (let i = 0; i < length; i++)
    if (show(wanted[i]) !== show(found[i]))
      refuse('MISMATCH', `${file}: tensor ${i}`, show(found[i]), show(wanted[i]));
}

/** A model file that was read. */
interface LoadedModel extends ModelContent {
  /** The parameters and statistics by name. */
  readonly arrays: Arrays;
}

/** Replaces functions of the caller's, which no file holds, by 0: only rates of dropout can be functions. */
function knownRates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(knownRates);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  if (fields.length === 1 && fields[0]![0] === '$function') return 0;
  return Object.fromEntries(fields.map(([key, each]) => [key, knownRates(each)]));
}

/** Returns a document whose architecture alone has known rates; a preprocessing stays as it is. */
function withKnownRates(document: unknown): unknown {
  if (!isObject(document)) return document;
  return { ...document, architecture: knownRates(propertyOf(document, 'architecture')) };
}

/** Options of {@link readModel}. */
interface ReadModelOptions {
  /** True where the model will not be trained, so that rates of dropout do not matter. Default false. */
  readonly inference?: boolean;
}

async function readOpened(
  opened: OpenSafetensors,
  file: string,
  { inference = false }: ReadModelOptions,
): Promise<LoadedModel> {
  const document = openModelHead(opened, file);
  const content = parseDocument(inference ? withKnownRates(document) : document, file);
  const entries = entriesOf(content.model);
  checkEntries(file, entries, opened.entries);
  checkRoom(entries.at(-1)?.end ?? 0, file);
  const arrays = Object.fromEntries(
    entries.map(({ name, shape }) => [name, new Float32Array(elements(shape))]),
  );
  const stated = statedSums(opened, file);
  await readData(opened, file, entries, { stated, sink: sinkOf(entries, arrays) });
  return { ...content, arrays };
}

/**
 * Reads a model file and verifies every checksum. It checks every size against the file and the memory of
 * the machine before it allocates memory.
 *
 * @throws ThalwegError FORMAT, CHECKSUM, VERSION, DEPTH, MISMATCH, MEMORY, and as `io.readSafetensors`
 */
export async function readModel(
  file: string,
  options: ReadModelOptions = {},
): Promise<LoadedModel> {
  return withSafetensors(file, (opened) => readOpened(opened, file, options));
}
