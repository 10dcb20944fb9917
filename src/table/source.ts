/** Reads the bytes of a file or a stream, gzipped or not, within bounds. */
import { constants } from 'node:buffer';
import { Readable, pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { ThalwegError } from '../errors.js';
import { checkRoom, newBytes } from '../io/memory.js';
import { type RegularFile, withRegularFile } from '../io/regular-file.js';
import { wrongType } from '../options.js';
import { isInstance, isObject } from '../values.js';
import { checkSignal, untilAborted } from './until-aborted.js';

/**
 * A file, by its path or URL, or a stream of its bytes or text, such as `process.stdin` or the body of a
 * response. A string is always a path, so that text from elsewhere is never opened as a file by mistake.
 */
export type TableSource = string | URL | AsyncIterable<Uint8Array | string>;

/** How far the reading of a source is. */
export interface ReadProgress {
  /** The number of bytes that are read, or parsed. */
  readonly bytes: number;
  /** The number of bytes in all; undefined while a stream or gzipped data is read. */
  readonly totalBytes: number | undefined;
  /** `reading` comes before `parsing`. */
  readonly stage: 'reading' | 'parsing';
}

/** Options of reading, which are checked. */
interface SourceOptions {
  readonly progress?: ((progress: ReadProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The most bytes of one source: places in it are numbers of 32 bits. */
const most = Math.min(2 ** 32 - 1, constants.MAX_LENGTH);

function checkSize(bytes: number, name: string): void {
  if (bytes > most)
    throw new ThalwegError({
      code: 'MEMORY',
      path: name,
      received: `${bytes} bytes or more`,
      expected: `at most ${most} bytes of text`,
      remedy: 'split the file',
    });
  checkRoom(bytes, name);
}

/** Returns the name of a source in errors. */
export function sourceName(source: unknown, fallback: string): string {
  if (typeof source === 'string') return source;
  return isInstance(source, URL) ? source.href : fallback;
}

function pathOfUrl(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new ThalwegError(
      { code: 'RANGE', path: 'source', received: url.href, expected: 'the URL of a local file' },
      { cause },
    );
  }
}

/** Returns the path of a source that is a file; undefined for a stream. */
function pathOf(source: unknown): string | undefined {
  if (typeof source === 'string') return source;
  if (!isInstance(source, URL)) return undefined;
  if (source.protocol === 'file:') return pathOfUrl(source);
  throw new ThalwegError({
    code: 'UNSUPPORTED',
    path: 'source',
    received: `a URL of ${source.protocol}`,
    expected: 'a file URL',
    remedy: 'pass the body of a response: (await fetch(url)).body',
  });
}

function isStream(source: unknown): source is AsyncIterable<unknown> {
  return isObject(source) && Symbol.asyncIterator in source;
}

/** Passes the chunks of a stream on as bytes. */
async function* bytesOfStream(
  source: AsyncIterable<unknown>,
  signal: AbortSignal | undefined,
  name: string,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of untilAborted(source, signal, name)) {
    if (typeof chunk === 'string') yield Buffer.from(chunk);
    else if (isInstance(chunk, Uint8Array)) yield chunk;
    else throw wrongType('source', chunk, 'a stream of bytes or text');
  }
}

/** Returns the first bytes of a stream, at least two where it has as many, and a stream of all. */
async function peek(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<readonly [Uint8Array, AsyncGenerator<Uint8Array>]> {
  let first: Uint8Array = new Uint8Array(0);
  while (first.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    first = Buffer.concat([first, next.value]);
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (first.length > 0) yield first;
    yield* chunks;
  }
  return [first, whole()];
}

const isGzipped = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

async function collect(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  { progress, signal }: SourceOptions,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    checkSignal(signal, name);
    bytes += chunk.length;
    checkSize(bytes, name);
    parts.push(chunk);
    progress?.({ bytes, totalBytes: undefined, stage: 'reading' });
  }
  checkSize(2 * bytes, name); // the parts, and the whole
  return Buffer.concat(parts, bytes);
}

async function unpack(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  options: SourceOptions,
): Promise<Uint8Array> {
  const unpacked = createGunzip();
  const packed = Readable.from(chunks, { objectMode: false });
  pipeline(packed, unpacked, () => undefined); // errors reach the loop over `unpacked`
  try {
    return await collect(unpacked as AsyncIterable<Uint8Array>, name, options);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code?.startsWith('Z_') !== true) throw cause;
    throw new ThalwegError(
      { code: 'FORMAT', path: name, received: 'damaged gzip data', expected: 'whole gzip data' },
      { cause },
    );
  }
}

/** The number of bytes that are read at a time. */
const piece = 2 ** 22;

async function readFile(
  { handle, size }: RegularFile,
  name: string,
  options: SourceOptions,
): Promise<Uint8Array> {
  const magic = Buffer.alloc(2);
  await handle.read(magic, 0, 2, 0);
  if (isGzipped(magic))
    return unpack(handle.createReadStream({ start: 0, autoClose: false }), name, options);
  checkSize(size, name);
  const bytes = newBytes(size, name);
  let done = 0;
  while (done < size) {
    checkSignal(options.signal, name);
    const { bytesRead } = await handle.read(bytes, done, Math.min(piece, size - done), done);
    if (bytesRead === 0)
      throw new ThalwegError({
        code: 'TRUNCATED',
        path: name,
        received: `${done} bytes`,
        expected: `${size} bytes, as at the start of reading`,
      });
    done += bytesRead;
    options.progress?.({ bytes: done, totalBytes: size, stage: 'reading' });
  }
  return bytes;
}

/**
 * Returns the bytes of a source, unpacked.
 *
 * @throws ThalwegError TYPE, RANGE, MISSING, PERMISSION, UNSAFE_PATH, UNSUPPORTED, MEMORY, FORMAT (damaged
 * gzip data), TRUNCATED (a file that shrinks), ABORTED
 */
export async function readSource(
  source: unknown,
  name: string,
  options: SourceOptions,
): Promise<Uint8Array> {
  checkSignal(options.signal, name);
  const path = pathOf(source);
  if (path !== undefined)
    return withRegularFile(path, 'a file', (file) => readFile(file, name, options));
  if (!isStream(source))
    throw wrongType('source', source, 'a path, a file URL, or a stream of bytes or text');
  const [first, chunks] = await peek(bytesOfStream(source, options.signal, name));
  return isGzipped(first) ? unpack(chunks, name, options) : collect(chunks, name, options);
}
