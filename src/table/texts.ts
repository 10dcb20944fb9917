/** Decodes the texts of a column, which native code returns in one piece. */
import type { NativeTexts } from '../native.js';

/** Longer pieces are decoded text by text, because a string has a largest length. */
const mostAtOnce = 2 ** 28;

/** Returns the different texts of a column. */
export function decodeTexts({ texts, ends }: NativeTexts): readonly string[] {
  const bytes = Buffer.from(texts.buffer, texts.byteOffset, texts.length);
  const startOf = (i: number): number => (i === 0 ? 0 : ends[i - 1]!);
  if (bytes.length <= mostAtOnce) {
    const whole = bytes.toString('latin1');
    // Where all is ASCII, bytes are characters.

    if (/^[\0-\x7f]*$/.test(whole)) return Array.from(ends, (at, i) => whole.slice(startOf(i), at));
  }
  return Array.from(ends, (at, i) => bytes.toString('utf8', startOf(i), at));
}
