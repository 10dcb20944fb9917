/** What checkpoints are made of; native/napi/{snapshot,checksum,file_lock}.cc. */

/** What a step counts on the host. */
interface NativeCounters {
  readonly step: number;
  readonly skipped: number;
  /** [groups][rule's scalars], then those of an average */
  readonly scalars: Float64Array;
  /** Whether averaged weights have running statistics of their own: the last tensors of the state. */
  readonly hasAveragedStatistics: boolean;
}

/** Where a checkpoint comes from: a snapshot, or a trainer between two runs. */
export interface NativeState {
  /** Copies bytes from `offset` on. */
  read(offset: number, target: Uint8Array): void;
  counters(): NativeCounters;
}

/** A copy of a trainer's state; native/napi/snapshot.cc. */
export interface NativeSnapshot extends NativeState {
  write(offset: number, source: Uint8Array): void;
  setCounters(counters: NativeCounters): void;
  /** A run under way fills it as soon as it is free, between two steps. */
  ask(): void;
  /** What a run filled has been read. */
  release(): void;
  dispose(): void;
}

/** XXH64 of bytes that come in pieces; native/napi/checksum.cc. */
export interface NativeChecksum {
  update(bytes: Uint8Array): void;
  /** 16 hexadecimal digits. */
  digest(): string;
}

/** Holds a file until it is released, or the process ends; native/napi/file_lock.cc. */
export interface NativeFileLock {
  /** Whether the file still lies where it was locked: not where its folder was replaced. */
  isInPlace(): boolean;
  release(): void;
}
