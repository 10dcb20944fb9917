/** What the addon tells of devices; native/napi/addon.cc. */

/** One operation and the implementation that serves it. */
export interface OperationImplementation {
  /** Name of the operation, as `dense_forward` or `step`. */
  readonly operation: string;
  /** As `lanes (avx512)`, `oneDNN 2.6` or `CUDA kernels`; with the reason where a faster one is absent. */
  readonly implementation: string;
}

/** A GPU of NVIDIA that its driver shows. */
export interface Gpu {
  /** Its name as a device: `cuda:0` and on. */
  readonly name: string;
  /** What it calls itself. */
  readonly description: string;
  /** As nvidia-smi prints it: `GPU-…`, or `MIG-…` of an instance of a divided GPU. */
  readonly uuid: string;
  /** Bytes of its memory. */
  readonly bytes: number;
  /** Why it cannot serve; empty where it can. */
  readonly refusal: string;
}
