/** The words of musl's loader are understood on any system. */
import { expect, it } from 'vitest';
import { loadError } from '../../src/native/load-error.js';

// musl 1.2 says this about a library for glibc.
it.each([
  'Error loading shared library ld-linux-x86-64.so.2: No such file or directory (needed by /x/thalweg.node)',
  'Error relocating /x/thalweg.node: __snprintf_chk: symbol not found',
])('a library for glibc does not load with musl: %s', (text) => {
  expect(loadError(new Error(text), '/x/thalweg.node')).toMatchObject({
    code: 'UNSUPPORTED',
    path: '/x/thalweg.node',
    received: 'musl as the C library',
    remedy: expect.stringContaining('node:slim') as string,
  });
});
