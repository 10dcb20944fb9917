/** Finds out which devices of this machine train. It works without the addon, too. */
import type { DeviceExplanation, DeviceName } from '../device.js';
import { lookAtMemory } from '../machine/memory.js';
import { lookForNvidia } from '../machine/nvidia.js';
import { lookAtSystem } from '../machine/system.js';
import { packageVersion } from '../version.js';
import { type Trial, tryDevice } from './trial.js';
import { type Trouble, findTroubles } from './troubles.js';

/** The facts that need no addon. */
type Least = Pick<DeviceExplanation, 'memory' | 'system'>;

/** The result of an examination; plain data. */
export interface Diagnosis {
  /** The version of the package. */
  readonly thalweg: string;
  /** The result of `device.explain()`; where it fails, the facts that need no addon. */
  readonly facts: Least & Partial<DeviceExplanation>;
  /** The trial on the processor, and one on the GPU where `'auto'` chose a GPU. */
  readonly trials: readonly Trial[];
  readonly troubles: readonly Trouble[];
  /** True where at least one device trains. */
  readonly trains: boolean;
}

/** Loads the addon, and returns the result of `device.explain()` or the error that prevented it. */
async function explain(): Promise<DeviceExplanation | { readonly error: unknown }> {
  try {
    const device = await import('../device.js');
    return device.explain();
  } catch (error) {
    return { error };
  }
}

/** Examines the machine, and tries a training on its devices. */
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
