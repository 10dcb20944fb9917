/** What benchmarks time without JavaScript; native/napi/{arena_step,queued_step}.cc. */

/** A step over the addon's own arena, for benchmarks; native/napi/arena_step.cc. */
export interface NativeArenaStep {
  step(settings: Float64Array): void;
  dispose(): void;
}

/** A recorded step on a GPU, for benchmarks; native/napi/queued_step.cc. */
export interface NativeQueuedStep {
  /** Replays it so many times; the seconds of one. */
  replay(count: number): number;
  dispose(): void;
}
