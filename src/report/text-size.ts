/** Estimates the width of texts, and breaks them into lines. The font is unknown, so a wide one is assumed. */

/** Widths in ems, at least those of DejaVu Sans; the first pattern that matches a letter counts. */
const widths: readonly (readonly [RegExp, number])[] = [
  [/[ijl.,:;'|!()[\]ftI\s]/, 0.4],
  [/[mwMW@%—…]/, 1],
  [/[A-Z&+=<>~^#]/, 0.84],
  [/[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\u{1f000}-\u{3ffff}]/u, 1.1],
];
const ordinary = 0.64;

/** Returns the width of a text in pixels, or slightly more, in a font of `size` pixels. */
export function widthOf(text: string, size: number): number {
  const ems = Array.from(text, (letter) => widths.find(([kind]) => kind.test(letter))?.[1]);
  return ems.reduce<number>((sum, width = ordinary) => sum + width * size, 0);
}

/** Cuts a word into pieces of at most `room` pixels. */
function cut(word: string, size: number, room: number): string[] {
  const pieces = [''];
  for (const letter of word) {
    const longer = `${pieces.at(-1)!}${letter}`;
    if (pieces.at(-1) !== '' && widthOf(longer, size) > room) pieces.push(letter);
    else pieces[pieces.length - 1] = longer;
  }
  return pieces;
}

/** Breaks a text into lines of at most `room` pixels, between words or within a word that is too long. */
export function breakText(text: string, size: number, room: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && widthOf(longer, size) <= room) lines[lines.length - 1] = longer;
    else lines.push(...cut(word, size, room));
  }
  return lines;
}
