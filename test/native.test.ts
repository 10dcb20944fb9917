import { describe, expect, it } from 'vitest';
import { native } from '../src/native.js';

describe('the addon', () => {
  it('loads and names its instruction set and threads', () => {
    expect(['baseline', 'avx2', 'avx512']).toContain(native.isa());
    expect(native.threads().count).toBeGreaterThan(0);
  });
});
