/** Devices: which there are, which is chosen, and why. */
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

/** The GPUs of a machine, and what is in the way of using them. */
export interface Gpus extends NvidiaHardware {
  /** Those that the driver shows. */
  readonly devices: readonly Gpu[];
  /** What is missing where there are none; else empty. */
  readonly missing: string;
  /** What to do about that; empty where nothing is missing. */
  readonly remedy: string;
}

/** A library that the addon opens where it is there. */
export interface Plugin {
  /** `oneDNN` or `CUDA`. */
  readonly name: string;
  /** Whether it is in use. */
  readonly loaded: boolean;
  /** Its version where it is loaded, and why it is not elsewhere. */
  readonly about: string;
}

/** What {@link explain} tells of a device, and of the machine around it. */
export interface DeviceExplanation {
  /** The device that the name chose, as `cpu` or `cuda:0`. */
  readonly device: DeviceName;
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
  readonly operations: readonly OperationImplementation[];
  /** The file of the native addon. */
  readonly addon: string;
  /** The libraries that the addon opens where they are there. */
  readonly plugins: readonly Plugin[];
  /** The GPUs of the machine, and their driver. */
  readonly gpus: Gpus;
  /** Bytes of the machine, and of the control group around this process. */
  readonly memory: Memory;
  /** The platform, the C library, Node.js and the processor. */
  readonly system: System;
}

/**
 * A device by name. `'auto'` is the first GPU that serves, or else `'cpu'`; `'cuda'` that GPU and nothing
 * else; `'cuda:1'`, or `'cuda:GPU-…'` or `'cuda:MIG-…'` with a UUID as nvidia-smi prints it, one of several.
 * `'cpu:baseline'`, `'cpu:avx2'` and `'cpu:avx512'` force an instruction set; `'reference'` is plain
 * loops in double.
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

/** A device and why it was chosen. */
function choose(name: DeviceName): { device: DeviceName; reason: string } {
  if (name !== 'auto') return { device: name, reason: 'asked for' };
  const { devices, missing, remedy } = native.cudaStatus();
  const gpu = devices.find(({ refusal }) => refusal === '');
  if (gpu !== undefined)
    return {
      device: gpu.name as DeviceName,
      reason: `the first GPU that serves: ${gpu.description}`,
    };
  const lack = devices.map(({ name, refusal }) => `${name}: ${refusal}`).join(', ') || missing;
  return { device: 'cpu', reason: `no GPU (${lack})${remedy && `; ${remedy}`}` };
}

/**
 * The device that a name stands for: `'auto'` is the first GPU that serves, or else the processor;
 * `'cuda'` that GPU and nothing else; `'cuda:1'`, `'cuda:GPU-…'` or `'cuda:MIG-…'` (a UUID as nvidia-smi
 * prints it) one of several.
 *
 * @throws ThalwegError NO_DEVICE, naming what is missing and its remedy
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
  const products = native.twins('cpu').find(({ operation }) => operation === 'dense_forward');
  const [, why = ''] = products?.implementation.split(', without oneDNN: ') ?? [];
  const { missing, devices } = native.cudaStatus();
  const found = `${devices.length} GPU${devices.length === 1 ? '' : 's'}`;
  return [
    { name: 'oneDNN', loaded: why === '', about: why || products!.implementation },
    { name: 'CUDA', loaded: missing === '', about: missing || found },
  ];
}

/**
 * Instruction set of the vector lanes on a device that has them.
 *
 * @internal
 */
export function isaOf(device: string): string {
  return device.startsWith('cpu:') ? device.slice(4) : native.isa();
}

/**
 * Which device a name chooses and why, on what it runs, and which implementation serves each
 * operation. `thalweg doctor` prints the same, with what is wrong and its remedy.
 *
 * @throws ThalwegError NO_DEVICE, naming what is missing and its remedy; RANGE or UNSUPPORTED where
 * `THALWEG_ISA` or `THALWEG_THREADS` is wrong
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
    operations: native.twins(device),
    addon: addonFile,
    plugins: lookAtPlugins(),
    gpus: { ...lookForNvidia(), ...native.cudaStatus() },
    memory: lookAtMemory(),
    system: lookAtSystem(),
  };
}
