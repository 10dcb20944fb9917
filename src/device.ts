/** Devices: which there are, which is chosen, and why. */
import { ThalwegError } from './errors.js';
import { native } from './native.js';
import { describe, suggestion } from './options.js';

/** One operation and the implementation that serves it. */
export interface OperationTwin {
  /** Name of the operation, as `dense_forward` or `step`. */
  readonly operation: string;
  /** As `lanes (avx512)`, `oneDNN 2.6` or `CUDA kernels`; with the reason where a faster one is absent. */
  readonly implementation: string;
}

/** What {@link explain} tells of a device. */
export interface DeviceExplanation {
  /** The device that the name chose, as `cpu` or `cuda:0`. */
  readonly device: string;
  /** Why this device: what was asked for, or what `'auto'` found or lacked. */
  readonly reason: string;
  /** Instruction set of the vector lanes: `baseline`, `avx2` or `avx512`. */
  readonly isa: string;
  /**
   * Threads of a parallel loop: the processors that the process may run on or, where they are fewer, the
   * whole processors that its control group grants. The variable `THALWEG_THREADS` (1 to 256) overrides both.
   */
  readonly threads: number;
  /** Why so many, as `2 processors` or `THALWEG_THREADS`. */
  readonly threadsReason: string;
  /** Every operation and what serves it. */
  readonly operations: readonly OperationTwin[];
}

const known = ['auto', 'cuda', 'cpu', 'cpu:baseline', 'cpu:avx2', 'cpu:avx512', 'reference'];

/** A device and why it was chosen. */
function choose(name: string): { device: string; reason: string } {
  if (name !== 'auto') return { device: name, reason: 'asked for' };
  const { devices, missing, remedy } = native.cudaStatus();
  const gpu = devices.find(({ refusal }) => refusal === '');
  if (gpu !== undefined)
    return { device: gpu.name, reason: `the first GPU that serves: ${gpu.description}` };
  const lack = devices.map(({ name, refusal }) => `${name}: ${refusal}`).join(', ') || missing;
  return { device: 'cpu', reason: `no GPU (${lack})${remedy && `; ${remedy}`}` };
}

/**
 * The device that a name stands for: `'auto'` is the first GPU that serves, or else the processor;
 * `'cuda'` that GPU and nothing else; `'cuda:1'` or `'cuda:GPU-…'` (a UUID as nvidia-smi prints it)
 * one of several.
 *
 * @throws ThalwegError NO_DEVICE, naming what is missing and its remedy
 */
export function resolveDevice(name: unknown): string {
  if (typeof name === 'string') {
    if (name === 'cuda' || name.startsWith('cuda:')) return native.findCuda(name);
    if (known.includes(name)) return choose(name).device;
  }
  throw new ThalwegError({
    code: typeof name === 'string' ? 'NO_DEVICE' : 'TYPE',
    path: 'device',
    received: describe(name),
    expected: 'a device of this machine',
    remedy: typeof name === 'string' ? suggestion(name, known) : `use one of ${known.join(', ')}`,
  });
}

/**
 * Which device a name chooses and why, on what it runs, and which implementation serves each
 * operation.
 */
export function explain(name = 'auto'): DeviceExplanation {
  const device = resolveDevice(name);
  const { count, reason } = native.threads();
  return {
    device,
    reason: choose(name).reason,
    isa: device.startsWith('cpu:') ? device.slice(4) : native.isa(),
    threads: count,
    threadsReason: reason,
    operations: native.twins(device),
  };
}
