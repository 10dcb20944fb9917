/** Emphasis in a terminal, and line breaks that fit its width. */

/** Adds emphasis to a text where the terminal shows it. */
export type Style = (text: string) => string;

/** Kinds of emphasis. */
export interface Styles {
  readonly bold: Style;
  readonly dim: Style;
}

/** Returns the styles for a stream. NO_COLOR has precedence over FORCE_COLOR. */
export function styles(isTerminal: boolean): Styles {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const forced = FORCE_COLOR !== undefined && FORCE_COLOR !== '0';
  const coloured = !NO_COLOR && (forced || (isTerminal && TERM !== 'dumb'));
  const style =
    (code: number): Style =>
    (text) =>
      coloured ? `\x1b[${code}m${text}\x1b[0m` : text;
  return { bold: style(1), dim: style(2) };
}

/** The least width of a text in characters; a narrower terminal breaks the lines itself. */
const least = 16;

/**
 * Breaks a text between words into lines of at most `columns` characters. A longer word has a line of its
 * own.
 */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const longer = `${lines.at(-1) ?? ''} ${word}`;
    if (lines.length > 0 && Array.from(longer).length <= Math.max(columns, least))
      lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** Returns a label and its text beside it, in lines of at most `columns` characters. */
export function row(label: string, text: string, width: number, columns: number): string {
  return wrap(text, columns - width)
    .map((line, i) => `${(i === 0 ? label : '').padEnd(width)}${line}`)
    .join('\n');
}
