/** Types of the addon's answers about devices; native/napi/addon.cc. */

/** One operation and the implementation that serves it. */
export interface OperationImplementation {
  /** Name of the operation, such as `dense_forward` or `step`. */
  readonly operation: string;
  /** For example `lanes (avx512)` or `CUDA kernels`. It says why a faster one is absent. */
  readonly implementation: string;
}

/** An NVIDIA GPU that the driver lists. */
export interface Gpu {
  /** The name of the device: `cuda:0`, `cuda:1`, … */
  readonly name: string;
  /** The model name that the driver reports. */
  readonly description: string;
  /** The UUID that nvidia-smi prints: `GPU-…`, or `MIG-…` for an instance of a partitioned GPU. */
  readonly uuid: string;
  /** The size of the GPU's memory in bytes. */
  readonly bytes: number;
  /** The reason why the GPU cannot be used; empty where it can. */
  readonly refusal: string;
}
