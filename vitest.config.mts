import { defaultExclude, defineConfig } from 'vitest/config';

/**
 * Under a sanitizer (script/sanitize.mjs): with patience, and without what it cannot see into. Programs of the
 * pages and examples, which would take longer than all the rest, do nothing natively that no other does.
 */
const sanitized = process.env['THALWEG_SANITIZER'] !== undefined;

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
    testTimeout: sanitized ? 900_000 : 60_000,
  },
});
