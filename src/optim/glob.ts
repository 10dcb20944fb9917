/** Patterns of names, in which `*` stands for any characters. */

/**
 * Returns true where a pattern matches a whole name. Each part between stars is matched where it first
 * occurs. A match at a later place could only leave less for the other parts, so nothing is tried twice.
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
