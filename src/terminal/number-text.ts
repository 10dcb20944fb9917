/** Formats numbers for a terminal. */

/** Formats a rate, such as `950`, `12.3 k` or `1.25 M`. */
export function formatRate(rate: number): string {
  if (rate >= 1e6) return `${(rate / 1e6).toFixed(2)} M`;
  return rate >= 1e3 ? `${(rate / 1e3).toFixed(1)} k` : rate.toFixed(0);
}

/** Formats a duration, such as `0.11 s`, `59 s`, `3:07` or `1:02:09`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '?';
  if (seconds < 60) return `${seconds < 10 ? seconds.toFixed(2) : Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${two(whole % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** Formats a number, such as `0.3456` or `1.235e-5`: with four decimals, unless they show too few digits. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value)) return String(value);
  return size !== 0 && (size < 0.01 || size >= 1e5) ? value.toExponential(3) : value.toFixed(4);
}

/** Formats a share as a percentage, such as `97.53 %`. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** Pads the numbers of a column to the width of the widest so far. */
export class Widths {
  readonly #widest = new Map<string, number>();

  /** Pads a text on its left to the width of its column, which is at least `least`. */
  fill(column: string, text: string, least = 0): string {
    const width = Math.max(this.#widest.get(column) ?? least, text.length);
    this.#widest.set(column, width);
    return text.padStart(width);
  }
}
