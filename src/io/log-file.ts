/** A file that grows: lines or records are added whole, in order, beside the run. */
import { mkdir, open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ThalwegError } from '../errors.js';
import { syncFolder } from './atomic.js';
import { fileError } from './files.js';

/** Bytes of a regular file; 0 where there is none. Others (a pipe would block) are UNSAFE_PATH. */
async function lengthOf(file: string): Promise<number> {
  try {
    const found = await stat(file);
    if (found.isFile()) return found.size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw fileError(error, file);
  }
  throw new ThalwegError({
    code: 'UNSAFE_PATH',
    path: file,
    received: 'a folder, pipe or device',
    expected: 'a regular file, or none',
  });
}

/** Bytes of a log that are looked through at a time. */
const pieceBytes = 2 ** 20;
/** Bytes after which no addition is awaited: what a run adds at a time are some thousands. */
const longestAddition = 2 ** 24;

/** Bytes of whole lines. */
export function wholeLines(bytes: Buffer): number {
  return bytes.lastIndexOf('\n') + 1;
}

/**
 * Adds to a file. No handle stays open between additions, and one that fails leaves no piece of
 * itself where that can be helped.
 */
export class LogFile {
  readonly file: string;
  readonly #whole: (bytes: Buffer) => number;
  #bytes = 0;
  /** Bytes that the disk has for certain, under the file's name; -1: not even that. */
  #synced = -1;
  #syncing: Promise<void> | undefined;
  #waiting: Buffer[] = [];
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** `whole`: the bytes of whole additions at the beginning of what a crash may have cut off. */
  constructor(file: string, whole: (bytes: Buffer) => number) {
    this.file = file;
    this.#whole = whole;
  }

  /** Bytes written and waiting. */
  get bytes(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, this.#bytes);
  }

  /**
   * Begins after the first `keep` bytes; what comes after them goes, and so does an earlier failure.
   * Where a crash left fewer, it begins after the last whole addition. The folder is made where there
   * is none.
   *
   * @returns how many of them are lost
   * @throws ThalwegError UNSAFE_PATH, NO_SPACE, MISSING; or another error of the file system
   */
  async begin(keep = 0): Promise<number> {
    await this.#idle();
    this.#failure = undefined;
    const length = await lengthOf(this.file);
    try {
      await this.#makeFolder();
      await (await open(this.file, 'a')).close();
      this.#bytes = length < keep ? await this.#wholeBytes() : keep;
      if (this.#bytes < length) await truncate(this.file, this.#bytes);
    } catch (error) {
      throw fileError(error, this.file);
    }
    this.#synced = -1;
    return keep - this.#bytes;
  }

  /**
   * Begins after all that the file holds, but for half an addition that a crash left at its end.
   *
   * @returns the bytes of that
   * @throws ThalwegError as {@link LogFile.begin}
   */
  async continue(): Promise<number> {
    const length = await lengthOf(this.file);
    await this.begin(length === 0 ? 0 : await this.#wholeBytes());
    return length - this.#bytes;
  }

  async #makeFolder(): Promise<void> {
    try {
      await mkdir(dirname(this.file), { recursive: true });
    } catch (error) {
      // A file is there in its place, or a folder that a link leads to nowhere: opening says which.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }

  /** Bytes of whole additions at the beginning of the file, which is read piece by piece. */
  async #wholeBytes(): Promise<number> {
    const handle = await open(this.file, 'r');
    try {
      const piece = Buffer.alloc(pieceBytes);
      let rest: Buffer = Buffer.alloc(0); // of an addition whose end is still to come
      for (let at = 0; ;) {
        const { bytesRead } = await handle.read(piece, 0, pieceBytes, at + rest.length);
        const bytes = Buffer.concat([rest, piece.subarray(0, bytesRead)]);
        const whole = this.#whole(bytes);
        at += whole;
        rest = bytes.subarray(whole);
        if (bytesRead === 0 || rest.length > longestAddition) return at;
      }
    } finally {
      await handle.close();
    }
  }

  /** Takes in one addition; it is written soon. */
  add(data: string | Uint8Array): void {
    this.#waiting.push(Buffer.from(data as string));
    this.#writing ??= this.#drain();
  }

  /**
   * Waits until all is written.
   *
   * @throws ThalwegError NO_SPACE, MISSING, or another error of the file system, until the next `begin`
   */
  async flush(): Promise<void> {
    await this.#idle();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /**
   * Waits until the disk has all, so that a power cut leaves it.
   *
   * @throws ThalwegError as {@link LogFile.flush}
   */
  async sync(): Promise<void> {
    await this.flush();
    const wanted = this.#bytes; // more may come meanwhile
    while (this.#synced < wanted) {
      this.#syncing ??= this.#syncNow().finally(() => {
        this.#syncing = undefined;
      });
      await this.#syncing;
    }
  }

  async #syncNow(): Promise<void> {
    const bytes = this.#bytes;
    try {
      const handle = await open(this.file, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      if (this.#synced < 0) await syncFolder(dirname(this.file));
    } catch (error) {
      // Who removes a log, or puts it aside, misses no row; the next one begins another file.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError(error, this.file);
    }
    this.#synced = bytes;
  }

  async #idle(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const { length } = this.#waiting; // more may come meanwhile
        const data = Buffer.concat(this.#waiting);
        await this.#append(data);
        this.#waiting.splice(0, length);
        this.#bytes += data.length;
      }
    } catch (error) {
      this.#waiting = [];
      this.#failure ??= { error: fileError(error, this.file) };
    } finally {
      this.#writing = undefined;
    }
  }

  async #append(data: Buffer): Promise<void> {
    const handle = await open(this.file, 'a');
    try {
      await handle.appendFile(data);
    } catch (error) {
      await handle.truncate(this.#bytes).catch(() => undefined);
      throw error;
    } finally {
      await handle.close();
    }
  }
}
