/** Adds whole lines or records to the end of a file, in order, while the caller goes on. */
import { open, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ThalwegError } from '../errors.js';
import { syncFolder } from './atomic.js';
import { fileError } from './files.js';
import { makeFolder } from './folder.js';

/** Returns the bytes of a regular file, 0 where there is none; throws UNSAFE_PATH for others. */
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

/** The number of bytes of a log that are searched at a time. */
const pieceBytes = 2 ** 20;
/** The search for an addition's end gives up after so many bytes; real additions have thousands. */
const longestAddition = 2 ** 24;

/** Returns the number of bytes up to the end of the last whole line. */
export function wholeLines(bytes: Buffer): number {
  return bytes.lastIndexOf('\n') + 1;
}

/**
 * Adds to a file, which is closed between additions. A failed addition is cut off again where that is
 * possible.
 */
export class LogFile {
  readonly file: string;
  readonly #whole: (bytes: Buffer) => number;
  #bytes = 0;
  /** The number of bytes that the disk has for certain; -1 until the folder is synced, too. */
  #synced = -1;
  #syncing: Promise<void> | undefined;
  #waiting: Buffer[] = [];
  #writing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** `whole` returns the bytes of the whole additions at the start of a text that a crash cut off. */
  constructor(file: string, whole: (bytes: Buffer) => number) {
    this.file = file;
    this.#whole = whole;
  }

  /** The number of bytes that are written or wait to be written. */
  get bytes(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, this.#bytes);
  }

  /**
   * Begins after the first `keep` bytes, cuts off the rest, and forgets an earlier failure. Where a
   * crash left fewer bytes, it begins after the last whole addition. It makes the folder where there is
   * none.
   *
   * @returns the number of the `keep` bytes that are lost
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
   * Begins at the end of the file, and cuts off a partial addition that a crash left there.
   *
   * @returns the number of bytes that are cut off
   * @throws ThalwegError as {@link LogFile.begin}
   */
  async continue(): Promise<number> {
    const length = await lengthOf(this.file);
    await this.begin(length === 0 ? 0 : await this.#wholeBytes());
    return length - this.#bytes;
  }

  async #makeFolder(): Promise<void> {
    try {
      await makeFolder(dirname(this.file));
    } catch (error) {
      // A file or a broken link has the folder's name; opening the log throws the right error.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }

  /** Returns the bytes of the whole additions at the beginning of the file, read piece by piece. */
  async #wholeBytes(): Promise<number> {
    const handle = await open(this.file, 'r');
    try {
      const piece = Buffer.alloc(pieceBytes);
      let rest: Buffer = Buffer.alloc(0); // the beginning of an addition that ends in a later piece
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

  /** Queues one addition, which is written soon. */
  add(data: string | Uint8Array): void {
    this.#waiting.push(Buffer.from(data as string));
    this.#writing ??= this.#drain();
  }

  /**
   * Waits until all additions are written.
   *
   * @throws ThalwegError NO_SPACE, MISSING, or another error of the file system, until the next `begin`
   */
  async flush(): Promise<void> {
    await this.#idle();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /**
   * Waits until the disk has all additions, so that a power cut loses none.
   *
   * @throws ThalwegError as {@link LogFile.flush}
   */
  async sync(): Promise<void> {
    await this.flush();
    const wanted = this.#bytes; // later additions are not waited for
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
      // A log that was removed or moved needs no sync; the next addition begins another file.
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
        const { length } = this.#waiting; // more additions may come during the write
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
