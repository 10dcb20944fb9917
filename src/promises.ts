/** Promises where a plain value belongs: told from it, and never left to end the process. */

/** Whether a value is a promise, or acts as one. It throws at no value. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  try {
    return typeof (value as { readonly then?: unknown }).then === 'function';
  } catch {
    return false;
  }
}

/** Lets a refused promise come to whatever it likes: one that rejects unheard would end the process. */
export function ignoreOutcome(value: unknown): void {
  if (isThenable(value)) Promise.resolve(value).catch(() => undefined);
}
