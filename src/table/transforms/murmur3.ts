/** MurmurHash3 (Appleby 2011) for 32 bits, as scikit-learn's HashingVectorizer uses it. */

const rotate = (x: number, bits: number): number => (x << bits) | (x >>> (32 - bits));

const scramble = (word: number): number =>
  Math.imul(rotate(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);

/** Returns the hash of a text in UTF-8 with the seed 0, as a signed number of 32 bits. */
export function murmur3(text: string): number {
  const bytes = Buffer.from(text);
  const whole = bytes.length & ~3;
  let hash = 0;
  for (let at = 0; at < whole; at += 4) {
    hash ^= scramble(bytes.readInt32LE(at));
    hash = (Math.imul(rotate(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let last = 0;
  for (let at = bytes.length - 1; at >= whole; at--) last = (last << 8) | bytes[at]!;
  hash ^= scramble(last) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
