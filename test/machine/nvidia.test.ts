import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { lookForNvidia } from '../../src/machine/nvidia.js';
import { newFolder } from '../new-folder.js';

const classic =
  'NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.104.05  Sat Aug 19 01:15:15 UTC 2023\n';
const open =
  'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release Build  (dvs-builder)\n';

function system(devices: readonly (readonly [string, string])[], version?: string): string {
  const folder = newFolder();
  devices.forEach(([vendor, kind], slot) => {
    const place = join(folder, 'sys/bus/pci/devices', `0000:0${slot}:00.0`);
    mkdirSync(place, { recursive: true });
    writeFileSync(join(place, 'vendor'), `${vendor}\n`);
    writeFileSync(join(place, 'class'), `${kind}\n`);
  });
  if (version !== undefined) {
    mkdirSync(join(folder, 'proc/driver/nvidia'), { recursive: true });
    writeFileSync(
      join(folder, 'proc/driver/nvidia/version'),
      `${version}GCC version: gcc 12.2.0\n`,
    );
  }
  return folder;
}

it('counts GPUs of NVIDIA, not their sound, network or bridges, nor those of others', () => {
  const folder = system([
    ['0x10de', '0x030000'],
    ['0x10de', '0x030200'],
    ['0x10de', '0x040300'],
    ['0x10de', '0x068000'],
    ['0x1002', '0x030000'],
  ]);
  expect(lookForNvidia(folder)).toEqual({ gpus: 2 });
});

it('reads the version of both kernel modules', () => {
  expect(lookForNvidia(system([], classic))).toEqual({ gpus: 0, driver: '535.104.05' });
  expect(lookForNvidia(system([], open))).toEqual({ gpus: 0, driver: '570.86.15' });
  expect(lookForNvidia(newFolder())).toEqual({ gpus: 0 });
});
