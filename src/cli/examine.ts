/** Finds out what this machine trains on, also where the addon does not load. */
import type { DeviceExplanation, DeviceName } from '../device.js';
import { lookAtMemory } from '../machine/memory.js';
import { lookForNvidia } from '../machine/nvidia.js';
import { lookAtSystem } from '../machine/system.js';
import { packageVersion } from '../version.js';
import { type Trial, tryDevice } from './trial.js';
import { type Trouble, findTroubles } from './troubles.js';

/** What is known where the addon does not load. */
type Least = Pick<DeviceExplanation, 'memory' | 'system'>;

/** What an examination finds; all of it is plain data. */
export interface Diagnosis {
  /** Version of the package. */
  readonly thalweg: string;
  /** As `device.explain()` gives it; where that fails, what needs no addon. */
  readonly facts: Least & Partial<DeviceExplanation>;
  /** A training on the processor, and one on the GPU where one was chosen. */
  readonly trials: readonly Trial[];
  readonly troubles: readonly Trouble[];
  /** Whether any device trains. */
  readonly trains: boolean;
}

/** What `device.explain()` says, or what made it fail: the addon is loaded here, not before. */
async function explain(): Promise<DeviceExplanation | { readonly error: unknown }> {
  try {
    const device = await import('../device.js');
    return device.explain();
  } catch (error) {
    return { error };
  }
}

/** Examines the machine, and trains on it. */
export async function examine(): Promise<Diagnosis> {
  const found = await explain();
  const isExplained = !('error' in found);
  const devices: DeviceName[] = isExplained ? [...new Set([found.device, 'cpu' as const])] : [];
  const trials: Trial[] = [];
  for (const device of devices) trials.push(await tryDevice(device));
  const facts = isExplained ? found : { memory: lookAtMemory(), system: lookAtSystem() };
  const hardware = isExplained ? found.gpus : lookForNvidia();
  const error = isExplained ? undefined : found.error;
  return {
    thalweg: packageVersion(),
    facts,
    trials,
    troubles: findTroubles({ facts, hardware, trials, error }),
    trains: trials.some(({ trains }) => trains),
  };
}
