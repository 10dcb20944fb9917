/** Patterns over names, in which `*` is any run of characters. */

/**
 * Whether a pattern is all of a name. Each part between stars is taken where it first occurs, which is right wherever it
 * is right at all: nothing is tried twice, however many stars there are.
 */
export function matches(pattern: string, name: string): boolean {
  const [first = '', ...parts] = pattern.split('*');
  const last = parts.pop();
  if (last === undefined) return name === pattern;
  const end = name.length - last.length;
  if (!name.startsWith(first) || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= end;
}
