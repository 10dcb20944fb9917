/** Makes reproducible test numbers with a small generator, which the tested code does not use. */

/** Makes uniform numbers in [0, 1) from a 32-bit state (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes roughly normal floats with a spread of magnitudes. */
export function floats(random: () => number, length: number, scale = 1): Float32Array {
  return Float32Array.from({ length }, () => {
    const u = random() + random() + random() + random() - 2;
    return u * scale * 10 ** (2 * random() - 1);
  });
}

/**
 * Makes every kind of float32: any bit pattern, signed zeros, subnormals, huge and non-finite
 * values.
 */
export function anyBits(random: () => number, length: number): Float32Array {
  const bits = Uint32Array.from({ length }, (_, i) => {
    const word = (random() * 2 ** 32) >>> 0;
    if (i % 7 === 0) return word & 0x807fffff; // subnormal or zero
    if (i % 11 === 0) return [0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000][word % 5]!;
    if (i % 3 === 0) return (word & 0x807fffff) | ((100 + (word % 50)) << 23); // near 1
    return word;
  });
  return new Float32Array(bits.buffer);
}

/** Returns true where all bits are equal; NaNs of any payload count as one. */
export function sameBits(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  const x = new Uint32Array(a.buffer, a.byteOffset, a.length);
  const y = new Uint32Array(b.buffer, b.byteOffset, b.length);
  return x.every((word, i) => word === y[i] || (Number.isNaN(a[i]) && Number.isNaN(b[i])));
}

/** Returns the largest |a − b| / (|b| + floor). */
export function largestError(a: ArrayLike<number>, b: ArrayLike<number>, floor: number): number {
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const error = Math.abs(a[i]! - b[i]!) / (Math.abs(b[i]!) + floor);
    if (!(error <= worst)) worst = error;
  }
  return worst;
}
