/** What the kernel knows of NVIDIA's GPUs, without any library of theirs. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** NVIDIA's GPUs as the kernel sees them. */
export interface NvidiaHardware {
  /** GPUs on the machine's buses, with a driver or without. */
  readonly gpus: number;
  /** Version of the driver in the kernel; absent where none is loaded. */
  readonly driver?: string;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

const vendor = '0x10de';
/** PCI's class of displays, which computing cards without an outlet have too. */
const display = '0x03';

/**
 * Looks at the buses and at the kernel's driver.
 *
 * @param system the folder that holds proc and sys
 */
export function lookForNvidia(system = '/'): NvidiaHardware {
  const bus = join(system, 'sys/bus/pci/devices');
  const gpus = list(bus).filter(
    (slot) =>
      read(join(bus, slot, 'vendor')) === vendor &&
      read(join(bus, slot, 'class')).startsWith(display),
  ).length;
  const told = read(join(system, 'proc/driver/nvidia/version'));
  const driver = /Kernel Module.*?\s(\d+\.[\d.]+)/.exec(told)?.[1];
  return { gpus, ...(driver === undefined ? {} : { driver }) };
}
