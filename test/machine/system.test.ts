import { execFileSync } from 'node:child_process';
import { arch, availableParallelism, platform } from 'node:os';
import { expect, it } from 'vitest';
import { lookAtSystem } from '../../src/machine/system.js';

it('tells platform, Node.js and processors', () => {
  expect(lookAtSystem()).toMatchObject({
    platform: `${platform()}-${arch()}`,
    node: process.version.slice(1),
    processors: availableParallelism(),
  });
  expect(lookAtSystem().kernel).toMatch(/^\w+ \d/);
});

it.runIf(platform() === 'linux')('tells the C library as the system names it', () => {
  const { libc } = lookAtSystem();
  if (libc === 'musl') return;
  const told = execFileSync('getconf', ['GNU_LIBC_VERSION'], { encoding: 'utf8' });
  expect(libc).toBe(told.trim());
});
