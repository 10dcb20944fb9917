/** Finds the problems of a machine, each with its remedy. */
import type { DeviceExplanation } from '../device.js';
import { ThalwegError } from '../errors.js';
import type { NvidiaHardware } from '../machine/nvidia.js';
import { oldestNode } from '../version.js';
import { formatBytes } from './bytes.js';
import { type Trial, rightLoss, trialSteps } from './trial.js';

/** A problem and its remedy. */
export interface Trouble {
  readonly what: string;
  readonly remedy: string;
}

/** The facts in which problems are searched. */
export interface Findings {
  readonly facts: Pick<DeviceExplanation, 'memory' | 'system'> & Partial<DeviceExplanation>;
  readonly hardware: NvidiaHardware;
  readonly trials: readonly Trial[];
  /** The error of loading the addon or of `device.explain()`; undefined where there was none. */
  readonly error: unknown;
}

/** Less memory than this is a problem; Node.js and a small network take about a quarter of it. */
const littleMemory = 256 * 2 ** 20;

/** Splits an error into a problem and its remedy. */
function asTrouble(error: unknown, before = ''): Trouble {
  if (!(error instanceof ThalwegError))
    return { what: `${before}${String(error)}`, remedy: 'please report it, with this output' };
  const { expected, path, received, remedy } = error;
  const what = `${before}expected ${expected} for \`${path}\`, received ${received}`;
  return { what, remedy: remedy || `pass ${expected}` };
}

function ofAddon({ error }: Findings): Trouble[] {
  return error === undefined ? [] : [asTrouble(error, 'the addon does not work: ')];
}

/** Returns true where a version is lower than another, compared number by number. */
function isOlder(version: string, than: string): boolean {
  const [a = [], b = []] = [version, than].map((text) => text.split('.').map(Number));
  const differs = b.findIndex((part, i) => part !== a[i]);
  return differs >= 0 && (a[differs] ?? 0) < b[differs]!;
}

function ofNode({ facts: { system } }: Findings): Trouble[] {
  if (!isOlder(system.node, oldestNode())) return [];
  return [
    {
      what: `Node.js ${system.node} is older than ${oldestNode()}`,
      remedy: `install Node.js ${oldestNode()} or newer`,
    },
  ];
}

function ofMemory({ facts: { memory } }: Findings): Trouble[] {
  const { free, limit } = memory;
  const left = Math.min(free, limit?.left ?? Infinity);
  if (left >= littleMemory) return [];
  const isLimited = limit !== undefined && limit.left < free;
  return [
    {
      what: `only ${formatBytes(left)} of memory are left${isLimited ? ` by the limit in ${limit.file}` : ''}`,
      remedy: isLimited
        ? 'give the container more memory, or train smaller models and batches'
        : 'end other programs, or train smaller models and batches',
    },
  ];
}

function ofInstructions({ facts: { isa, system } }: Findings): Trouble[] {
  const isWanted = Boolean(process.env['THALWEG_ISA']);
  if (isa !== 'baseline' || isWanted || !system.platform.endsWith('-x64')) return [];
  return [
    {
      what: 'the processor lacks AVX2 or FMA, so that matrix products are a hundred times slower',
      remedy:
        'use a newer processor, or let the virtual machine pass on the instruction sets of its host',
    },
  ];
}

function ofGpus({ facts: { gpus }, hardware }: Findings): Trouble[] {
  const refused = (gpus?.devices ?? [])
    .filter(({ refusal }) => refusal !== '')
    .map(({ name, description, refusal }) => ({
      what: `${name}, ${description}, does not work: ${refusal}`,
      remedy: "use another GPU, or the device 'cpu'",
    }));
  const isOff = process.env['THALWEG_CUDA'] === '0';
  const isThere = hardware.gpus > 0 || hardware.driver !== undefined;
  if (!isThere || isOff || !gpus?.missing) return refused;
  const found =
    hardware.gpus > 0 ? `NVIDIA GPUs: ${hardware.gpus}` : `NVIDIA driver: ${hardware.driver}`;
  const hasOnlyKernel = hardware.driver !== undefined && gpus.missing.includes('libcuda.so.1');
  const remedy = hasOnlyKernel
    ? 'install the driver’s libraries (Debian: libcuda1), or start the container with its GPUs (--gpus all)'
    : gpus.remedy;
  return [...refused, { what: `${found}, but ${gpus.missing}`, remedy }];
}

function ofTrials({ trials }: Findings): Trouble[] {
  return trials.flatMap(({ device, trains, loss, error }): Trouble[] => {
    if (trains) return [];
    if (error !== undefined) return [asTrouble(error, `training fails on ${device}: `)];
    const what = `${device} computes wrongly: a loss of ${loss} after ${trialSteps} steps where ${rightLoss} is right`;
    return [
      { what, remedy: 'use another device, or THALWEG_ISA=baseline, and report this output' },
    ];
  });
}

/** Returns all problems; those that prevent training come first. */
export function findTroubles(findings: Findings): Trouble[] {
  const all = [ofAddon, ofTrials, ofNode, ofMemory, ofGpus, ofInstructions];
  return all.flatMap((find) => find(findings));
}
