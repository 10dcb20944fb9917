/**
 * A folder in memory replaces the file operations of checkpoints. It records all operations and
 * stops at any of them, as a killed process does. It also makes what a power cut may leave: each
 * write and each name that was not synced is lost, kept or torn, one by one.
 */
import { basename } from 'node:path';
import { files } from '../../src/io/files.js';

type Operation =
  | { readonly kind: 'create'; readonly path: string; readonly inode: number }
  | {
      readonly kind: 'write';
      readonly inode: number;
      readonly at: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'sync'; readonly inode: number }
  | { readonly kind: 'rename'; readonly from: string; readonly to: string; readonly inode: number }
  | { readonly kind: 'remove'; readonly path: string }
  | { readonly kind: 'syncFolder' };

/** Every operation after the kill throws it. */
export class Killed extends Error {}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code, syscall: 'memory' });
}

type Content = Map<string, Uint8Array>;

function put(old: Uint8Array, at: number, bytes: Uint8Array): Uint8Array {
  const grown = new Uint8Array(Math.max(old.length, at + bytes.length));
  grown.set(old);
  grown.set(bytes, at);
  return grown;
}

/** Returns the folder after some operations; `isKept` decides about each that was not synced. */
function replay(start: Content, operations: readonly Operation[], isKept: () => boolean): Content {
  const lastFolderSync = operations.findLastIndex(({ kind }) => kind === 'syncFolder');
  const lastSync = new Map<number, number>();
  operations.forEach((each, i) => {
    if (each.kind === 'sync') lastSync.set(each.inode, i);
  });
  const names = new Map<string, Uint8Array | number>(start);
  const inodes = new Map<number, Uint8Array>();
  operations.forEach((each, i) => {
    if (each.kind === 'write') {
      const isWhole = i < (lastSync.get(each.inode) ?? -1) || isKept();
      const length = isWhole || isKept() ? each.bytes.length : each.bytes.length >> 1;
      const old = inodes.get(each.inode) ?? new Uint8Array();
      if (isWhole || length < each.bytes.length)
        inodes.set(each.inode, put(old, each.at, each.bytes.subarray(0, length)));
      return;
    }
    if (i >= lastFolderSync && !isKept()) return;
    if (each.kind === 'create') names.set(each.path, each.inode);
    if (each.kind === 'remove') names.delete(each.path);
    if (each.kind === 'rename') {
      names.delete(each.from);
      names.set(each.to, each.inode);
    }
  });
  return new Map(
    [...names].map(([path, content]) => [
      path,
      typeof content === 'number' ? (inodes.get(content) ?? new Uint8Array()) : content,
    ]),
  );
}

const real = { ...files };

export class MemoryFiles {
  readonly operations: Operation[] = [];
  readonly #start: Content;
  /** Maps a path to its inode, or to content from before. */
  readonly #inodes = new Map<string, number>();
  #next = 0;
  readonly #limit: number;

  /** The disk calls it at the first operation that it no longer does. */
  onKill: (() => void) | undefined;

  /** Kills at the operation of number `limit`. */
  constructor(start: Content = new Map(), limit = Infinity) {
    this.#start = start;
    this.#limit = limit;
  }

  /**
   * Returns the folder after a kill, which has everything, or after a power cut, which has less.
   * `count` is the number of operations before it.
   */
  left(isKept: () => boolean = () => true, count = this.operations.length): Content {
    return replay(this.#start, this.operations.slice(0, count), isKept);
  }

  /** Runs `body` with these operations in place of the real ones. */
  async during<T>(body: () => Promise<T>): Promise<T> {
    Object.assign(files, {
      stat: (path: string) => this.#stat(path),
      mkdir: () => Promise.resolve(undefined),
      open: (path: string, flags: string | number) => this.#open(path, flags),
      readdir: (folder: string) => Promise.resolve(this.#list(folder)),
      rename: (from: string, to: string) => this.#rename(from, to),
      rm: (path: string) => this.#remove(path),
    });
    try {
      return await body();
    } finally {
      Object.assign(files, real);
    }
  }

  async #do(operation: Operation): Promise<void> {
    await Promise.resolve();
    if (this.operations.length >= this.#limit) {
      this.onKill?.();
      throw new Killed();
    }
    this.operations.push(operation);
  }

  /** A name with a dot is a file; every other name is a folder. */
  #stat(path: string): Promise<object> {
    if (this.left().has(path)) return Promise.resolve({ ...owner, isDirectory: () => false });
    return basename(path).includes('.')
      ? Promise.reject(systemError('ENOENT'))
      : Promise.resolve({ ...owner, isDirectory: () => true });
  }

  #list(folder: string): string[] {
    return [...this.left().keys()]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1));
  }

  async #open(path: string, flags: string | number) {
    if (flags === 'r') return { sync: () => this.#do({ kind: 'syncFolder' }), close: none };
    if (typeof flags === 'number') return this.#reader(path);
    const inode = this.#next++;
    await this.#do({ kind: 'create', path, inode });
    this.#inodes.set(path, inode);
    return {
      write: async (bytes: Uint8Array, from: number, length: number, at: number) => {
        const copy = bytes.slice(from, from + length);
        await this.#do({ kind: 'write', inode, at, bytes: copy });
        return { bytesWritten: length };
      },
      sync: () => this.#do({ kind: 'sync', inode }),
      stat: () => Promise.resolve(owner),
      chmod: none,
      chown: none,
      close: none,
    };
  }

  #reader(path: string) {
    const content = this.left().get(path);
    if (content === undefined) throw systemError('ENOENT');
    return {
      stat: () => Promise.resolve({ isFile: () => true, size: content.length }),
      read: (bytes: Uint8Array, from: number, length: number, at: number) => {
        const part = content.subarray(at, at + length);
        bytes.set(part, from);
        return Promise.resolve({ bytesRead: part.length });
      },
      close: none,
    };
  }

  async #rename(from: string, to: string): Promise<void> {
    const inode = this.#inodes.get(from);
    if (inode === undefined) throw systemError('ENOENT');
    await this.#do({ kind: 'rename', from, to, inode });
    this.#inodes.delete(from);
    this.#inodes.set(to, inode);
  }

  async #remove(path: string): Promise<void> {
    await this.#do({ kind: 'remove', path });
  }
}

/** The owner and rights of everything. */
const owner = { uid: 0, gid: 0, mode: 0o644 };

function none(): Promise<void> {
  return Promise.resolve();
}
