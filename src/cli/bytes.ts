/** Formats numbers of bytes for people. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Formats a number of bytes with about three digits, such as `512 B`, `1.5 GiB` or `768 MiB`. */
export function formatBytes(bytes: number): string {
  const power = Math.min(Math.floor(Math.log2(Math.max(bytes, 1)) / 10), units.length - 1);
  const value = bytes / 2 ** (10 * power);
  return `${value < 100 && power > 0 ? value.toFixed(1) : value.toFixed(0)} ${units[power]}`;
}
