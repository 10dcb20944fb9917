/** Reads what the kernel knows of NVIDIA GPUs, without any library of NVIDIA. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The NVIDIA GPUs that the kernel sees. */
export interface NvidiaHardware {
  /** The number of GPUs on the machine's buses, with or without a driver. */
  readonly gpus: number;
  /** The version of the driver in the kernel; absent where none is loaded. */
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
/** PCI's class of displays, to which computing cards without a video output belong, too. */
const display = '0x03';

/**
 * Counts the GPUs on the PCI bus, and reads the version of the kernel's driver.
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
