/**
 * JSON that keeps every number: NaN, the infinities and −0, which JSON lacks, as `{"$number": …}`.
 * A function, which no file can hold, becomes `{"$function": true}`.
 */

const special = new Map([
  ['NaN', NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

function write(_: string, value: unknown): unknown {
  if (typeof value === 'function') return { $function: true };
  if (typeof value !== 'number') return value;
  if (Object.is(value, -0)) return { $number: '-0' };
  return Number.isFinite(value) ? value : { $number: String(value) };
}

function read(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { $number: name } = value as { readonly $number?: unknown };
  return typeof name === 'string' && special.has(name) ? special.get(name) : value;
}

/** The value as text; what is undefined is left out. */
export function toExactJson(value: unknown): string {
  return JSON.stringify(value, write);
}

/** The value of a text that {@link toExactJson} wrote. */
export function fromExactJson(text: string): unknown {
  return JSON.parse(text, read);
}

/** A value as a file would give it back. */
export function plain<T>(value: T): T {
  return fromExactJson(toExactJson(value)) as T;
}
