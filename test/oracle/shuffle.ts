/** Shuffles one bucket exactly, by the definition, with BigInt. */

const mask = 0xffffffffn;

/** Computes Philox4x32-10. */
function philox(counter: bigint[], key: bigint[]): bigint[] {
  let [c0 = 0n, c1 = 0n, c2 = 0n, c3 = 0n] = counter;
  let [k0 = 0n, k1 = 0n] = key;
  for (let round = 0; round < 10; ++round) {
    const left = 0xd2511f53n * c0;
    const right = 0xcd9e8d57n * c2;
    [c0, c1, c2, c3] = [
      (right >> 32n) ^ c1 ^ k0,
      right & mask,
      (left >> 32n) ^ c3 ^ k1,
      left & mask,
    ];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [c0, c1, c2, c3];
}

const halves = (x: bigint): [bigint, bigint] => [x & mask, x >> 32n];

/** Shuffles by Fisher-Yates from the front, one word a row, in blocks of 16 counters. */
export function fisherYates(length: number, seed: bigint, epoch: bigint): number[] {
  const purpose = 1n;
  const first = philox([...halves(seed), purpose, 1n], [0x54484157n, 0x4c454731n]);
  const second = philox([...halves(epoch), ...halves(BigInt(length))], first.slice(0, 2));
  const key = [second[0]! ^ first[2]!, second[1]! ^ first[3]!];
  const upper = second.slice(2);
  const values = Array.from({ length }, (_, i) => i);
  for (let i = 0; i < length; ++i) {
    const counter = BigInt(Math.floor(i / 64) * 16 + (i % 16));
    const bound = BigInt(i + 1);
    const word = philox([...halves(counter), ...upper], key)[Math.floor(i / 16) % 4]!;
    let partner = (word * bound) >> 32n;
    let low = (word * bound) & mask;
    let threshold = 2n ** 32n % bound;
    for (let attempt = 0n; low < threshold; ++attempt) {
      const retry = (1n << 55n) | BigInt(i) | (attempt << 56n);
      const words = philox([...halves(retry), ...upper], key);
      const product = ((words[1]! << 32n) | words[0]!) * bound;
      partner = product >> 64n;
      low = product & (2n ** 64n - 1n);
      threshold = 2n ** 64n % bound;
    }
    const other = Number(partner);
    [values[i], values[other]] = [values[other]!, values[i]!];
  }
  return values;
}
