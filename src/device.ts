/** Finds the devices of a machine, and chooses one by name. */
import { ThalwegError } from './errors.js';
import { type Memory, lookAtMemory } from './machine/memory.js';
import { type NvidiaHardware, lookForNvidia } from './machine/nvidia.js';
import { type System, lookAtSystem } from './machine/system.js';
import { type Gpu, type OperationImplementation, addonFile, native } from './native.js';
import { describe, suggestion } from './options.js';

export type { Gpu, OperationImplementation } from './native.js';
export type { GroupLimit } from './machine/cgroup.js';
export type { Memory } from './machine/memory.js';
export type { NvidiaHardware } from './machine/nvidia.js';
export type { System } from './machine/system.js';

/** The GPUs of a machine, and the reasons why they cannot be used. */
export interface Gpus extends NvidiaHardware {
  /** The GPUs that the driver lists. */
  readonly devices: readonly Gpu[];
  /** The part that is missing where `devices` is empty; otherwise an empty text. */
  readonly missing: string;
  /** The remedy for the missing part; an empty text where nothing is missing. */
  readonly remedy: string;
}

/** A library that the addon opens where it is present. */
export interface Plugin {
  /** `CUDA`. */
  readonly name: string;
  /** True where the library is in use. */
  readonly loaded: boolean;
  /** A text about the loaded library, such as its version; otherwise the reason why it is not loaded. */
  readonly about: string;
}

/** The description of a device and of the machine, which {@link explain} returns. */
export interface DeviceExplanation {
  /** The chosen device, such as `cpu` or `cuda:0`. */
  readonly device: DeviceName;
  /** The reason of the choice: the name that was asked for, or the GPU that `'auto'` found or lacked. */
  readonly reason: string;
  /** The instruction set of the vector lanes: `baseline`, `avx2` or `avx512`. */
  readonly isa: string;
  /**
   * The number of threads of a parallel loop. It is the smaller of two numbers: the processors that the
   * process may run on, and the whole processors that its control group grants. The environment
   * variable `THALWEG_THREADS` (1 to 256) overrides it.
   */
  readonly threads: number;
  /** The reason of the number of threads, such as `2 processors` or `THALWEG_THREADS`. */
  readonly threadsReason: string;
  /** Every operation and the implementation that serves it. */
  readonly operations: readonly OperationImplementation[];
  /** The path of the native addon. */
  readonly addon: string;
  /** The libraries that the addon opens where they are present. */
  readonly plugins: readonly Plugin[];
  /** The GPUs of the machine, and their driver. */
  readonly gpus: Gpus;
  /** The memory of the machine, and the limit of the control group, in bytes. */
  readonly memory: Memory;
  /** The platform, the C library, Node.js and the processor. */
  readonly system: System;
}

/**
 * The name of a device.
 *
 * - `'auto'`: the first usable GPU, or `'cpu'` where there is none.
 * - `'cuda'`: the first usable GPU; an error where there is none.
 * - `'cuda:1'`, `'cuda:GPU-…'`, `'cuda:MIG-…'`: the GPU with this number, or with this UUID as
 *   nvidia-smi prints it.
 * - `'cpu'`: the processor with its best instruction set.
 * - `'cpu:baseline'`, `'cpu:avx2'`, `'cpu:avx512'`: the processor with this instruction set.
 * - `'reference'`: plain loops in double precision on the processor.
 */
export type DeviceName =
  | 'auto'
  | 'cuda'
  | 'cpu'
  | 'cpu:baseline'
  | 'cpu:avx2'
  | 'cpu:avx512'
  | 'reference'
  | `cuda:${number}`
  | `cuda:GPU-${string}`
  | `cuda:MIG-${string}`;

const known: readonly DeviceName[] = [
  'auto',
  'cuda',
  'cpu',
  'cpu:baseline',
  'cpu:avx2',
  'cpu:avx512',
  'reference',
];

/** Returns the device that a name chooses, and the reason. */
function choose(name: DeviceName): { device: DeviceName; reason: string } {
  if (name !== 'auto') return { device: name, reason: 'asked for' };
  const { devices, missing, remedy } = native.cudaStatus();
  const gpu = devices.find(({ refusal }) => refusal === '');
  if (gpu !== undefined)
    return {
      device: gpu.name as DeviceName,
      reason: `the first usable GPU: ${gpu.description}`,
    };
  const lack = devices.map(({ name, refusal }) => `${name}: ${refusal}`).join(', ') || missing;
  return { device: 'cpu', reason: `no GPU (${lack})${remedy && `; ${remedy}`}` };
}

/**
 * Returns the device that a name stands for; see {@link DeviceName}.
 *
 * @throws ThalwegError NO_DEVICE, which names the missing part and its remedy; TYPE
 */
export function resolveDevice(name: unknown): DeviceName {
  if (typeof name === 'string') {
    if (name === 'cuda' || name.startsWith('cuda:')) return native.findCuda(name) as DeviceName;
    const found = known.find((each) => each === name);
    if (found !== undefined) return choose(found).device;
  }
  throw new ThalwegError({
    code: typeof name === 'string' ? 'NO_DEVICE' : 'TYPE',
    path: 'device',
    received: describe(name),
    expected: 'a device of this machine',
    remedy: typeof name === 'string' ? suggestion(name, known) : `use one of ${known.join(', ')}`,
  });
}

function lookAtPlugins(): Plugin[] {
  const { missing, devices } = native.cudaStatus();
  const found = `${devices.length} GPU${devices.length === 1 ? '' : 's'}`;
  return [{ name: 'CUDA', loaded: missing === '', about: missing || found }];
}

/**
 * Returns the instruction set of the vector lanes on a device that has them.
 *
 * @internal
 */
export function isaOf(device: string): string {
  return device.startsWith('cpu:') ? device.slice(4) : native.isa();
}

/**
 * Returns the device that a name chooses, the reason, the machine's properties, and the implementation
 * of each operation. `thalweg doctor` prints the same, together with problems and their remedies.
 *
 * @param name default `'auto'`
 * @throws ThalwegError NO_DEVICE, which names the missing part and its remedy; TYPE; RANGE or
 * UNSUPPORTED where `THALWEG_ISA` or `THALWEG_THREADS` is wrong
 */
export function explain(name: DeviceName = 'auto'): DeviceExplanation {
  const device = resolveDevice(name);
  const { count, reason } = native.threads();
  return {
    device,
    reason: choose(name).reason,
    isa: isaOf(device),
    threads: count,
    threadsReason: reason,
    operations: native.implementations(device),
    addon: addonFile,
    plugins: lookAtPlugins(),
    gpus: { ...lookForNvidia(), ...native.cudaStatus() },
    memory: lookAtMemory(),
    system: lookAtSystem(),
  };
}
