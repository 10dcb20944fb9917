/** Devices: which there are, which is chosen, and why. */
import { ThalwegError } from './errors.js';
import { native } from './native.js';
import { describe, suggestion } from './options.js';

/** One operation and the implementation that serves it. */
export interface OperationTwin {
  /** Name of the operation, as `dense` or `step`. */
  readonly operation: string;
  /** As `cpu (avx512)`, `onednn`, or `reference` with the reason. */
  readonly implementation: string;
}

/** What {@link explain} tells of a device. */
export interface DeviceExplanation {
  /** The device that the name chose. */
  readonly device: string;
  /** Instruction set of the vector lanes: `baseline`, `avx2` or `avx512`. */
  readonly isa: string;
  /** Threads of a parallel loop; `OMP_NUM_THREADS` lowers it. */
  readonly threads: number;
  /** Every operation and what serves it. */
  readonly operations: readonly OperationTwin[];
}

const known = ['auto', 'cpu', 'cpu:baseline', 'cpu:avx2', 'cpu:avx512', 'reference'];

/**
 * The device that a name stands for; `'auto'` is the best one present.
 *
 * @throws ThalwegError NO_DEVICE
 */
export function resolveDevice(name: unknown): string {
  if (name === 'auto') return 'cpu';
  if (typeof name === 'string' && known.includes(name)) return name;
  throw new ThalwegError({
    code: typeof name === 'string' ? 'NO_DEVICE' : 'TYPE',
    path: 'device',
    received: describe(name),
    expected: 'a device of this machine',
    remedy: typeof name === 'string' ? suggestion(name, known) : `use one of ${known.join(', ')}`,
  });
}

/**
 * Which device a name chooses, on what it runs, and which implementation serves each operation.
 *
 * @param name as the `device` of a {@link Trainer}. Default `'auto'`
 * @throws ThalwegError NO_DEVICE, TYPE
 * @example
 * device.explain().operations.forEach(({ operation, implementation }) => {
 *   console.log(operation, implementation);
 * });
 */
export function explain(name = 'auto'): DeviceExplanation {
  const device = resolveDevice(name);
  return {
    device,
    isa: device.startsWith('cpu:') ? device.slice(4) : native.isa(),
    threads: native.threadCount(),
    operations: native.twins(device),
  };
}
