/** Detects promises that callers pass instead of plain values, and keeps them from ending the process. */

/** Returns true where a value is a promise, or has a `then` method. It throws for no value. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  try {
    return typeof (value as { readonly then?: unknown }).then === 'function';
  } catch {
    return false;
  }
}

/** Ignores a later rejection of a refused promise, because an unhandled rejection would end the process. */
export function ignoreOutcome(value: unknown): void {
  if (isThenable(value)) Promise.resolve(value).catch(() => undefined);
}
