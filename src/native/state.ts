/** Types of the parts of checkpoints; native/napi/{snapshot,checksum,file_lock}.cc. */

/** The counters of a trainer, which steps keep on the host. */
interface NativeCounters {
  readonly step: number;
  readonly skipped: number;
  /** The scalars of the rule, [groups][scalars], then the scalars of an average. */
  readonly scalars: Float64Array;
  /** True where averaged weights have running statistics of their own, the last tensors of the state. */
  readonly hasAveragedStatistics: boolean;
}

/** A state that a checkpoint can be written from: a snapshot, or a trainer between two runs. */
export interface NativeState {
  /** Copies bytes of the state, from `offset` on, into `target`. */
  read(offset: number, target: Uint8Array): void;
  counters(): NativeCounters;
}

/** A copy of a trainer's state; native/napi/checkpoint/snapshot.cc. */
export interface NativeSnapshot extends NativeState {
  write(offset: number, source: Uint8Array): void;
  setCounters(counters: NativeCounters): void;
  /** Asks the run under way to fill the snapshot after its current step, once the snapshot is free. */
  ask(): void;
  /** Frees the snapshot for the next copy, after its reader has finished. */
  release(): void;
  dispose(): void;
}

/** Computes XXH64 of bytes that come in chunks; native/napi/checkpoint/checksum.cc. */
export interface NativeChecksum {
  update(bytes: Uint8Array): void;
  /** Returns the checksum as 16 hexadecimal digits. */
  digest(): string;
}

/** A lock on a file, held until `release` or until the process ends; native/napi/checkpoint/file_lock.cc. */
export interface NativeFileLock {
  /** True while the path still leads to the locked file; false after its folder was replaced. */
  isInPlace(): boolean;
  release(): void;
}
