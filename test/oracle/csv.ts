/** Writes separated values, and reads them slowly, a character at a time. */

/** Returns a field of RFC 4180; quotes stand where they must, or where `always` is set. */
export function csvField(text: string, always = false): string {
  const needs = always || /[",;\t|\r\n]/.test(text) || text.trim() !== text || text === '';
  return needs ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Reads records of a text without faults. Spaces belong to fields, and empty lines are no records. */
export function readSlowly(text: string, separator = ','): string[][] {
  const records: string[][] = [];
  let record: string[] = [''];
  let isQuoted = false;
  const endRecord = (): void => {
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [''];
  };
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    const last = record.length - 1;
    if (isQuoted && c === '"' && text[i + 1] === '"')
      record[last] = `${record[last]!}${text[++i]!}`;
    else if (c === '"') isQuoted = !isQuoted;
    else if (isQuoted) record[last] = `${record[last]!}${c}`;
    else if (c === separator) record.push('');
    else if (c === '\n' || c === '\r') endRecord();
    else record[last] = `${record[last]!}${c}`;
  }
  endRecord();
  return records;
}
