import { defaultExclude, defineConfig } from 'vitest/config';

/** Under a sanitizer (script/sanitize.mjs): without what it cannot see into, and with patience. */
const sanitized = process.env['THALWEG_SANITIZER'] !== undefined;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      ...defaultExclude,
      ...(sanitized
        ? ['test/reference/**', 'test/bench/**', 'test/cuda/**', 'test/**/huge.test.ts']
        : []),
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: sanitized ? 900_000 : 60_000,
  },
});
