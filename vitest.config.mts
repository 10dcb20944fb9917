import { defaultExclude, defineConfig } from 'vitest/config';

/**
 * Under a sanitizer (script/sanitize.mjs) the tests get more time. It leaves out tests that it cannot see
 * into. It also leaves out the programs of pages and examples, which are slow and add no native call.
 */
const sanitized = process.env['THALWEG_SANITIZER'] !== undefined;

// Only the processes of tests load the sanitizer's library. This one compiles TypeScript, which would take ten
// times as long under it.
if (process.env['THALWEG_SANITIZER_LIBRARY'] !== undefined)
  process.env['LD_PRELOAD'] = process.env['THALWEG_SANITIZER_LIBRARY'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/new-folder.setup.ts',
    exclude: [
      ...defaultExclude,
      ...(sanitized
        ? ['reference/**', 'bench/**', 'cuda/**', 'docs/**', 'examples/**', '**/huge.test.ts'].map(
            (path) => `test/${path}`,
          )
        : []),
    ],
    pool: 'forks',
    maxWorkers: 2,
    // Long enough for a busy machine: a test that hangs is rare, and a slow machine is not.
    testTimeout: sanitized ? 900_000 : 300_000,
    hookTimeout: 300_000,
  },
});
