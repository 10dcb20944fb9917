/** Data that a file gives back as it was. */
import { ThalwegError } from '../errors.js';
import { describe } from '../options.js';
import { isList, isObject } from '../values.js';

/** Deeper values are refused, among them those that contain themselves. */
const deepest = 64;

/** Fields by which files mark what JSON lacks. */
const reserved = new Set(['$number', '$function']);

function refuse(path: string, received: string): never {
  const expected = 'plain objects, lists, text, numbers, true, false or null';
  throw new ThalwegError({ code: 'TYPE', path, received, expected });
}

/** Returns true for an object that is made by braces, also one of another realm or without a prototype. */
function isPlainObject(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Throws TYPE, with the path of the part, unless a file can give the value back as it is. */
export function checkPlain(path: string, value: unknown, depth = 0): void {
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return;
  if (depth > deepest) refuse(path, `more than ${deepest} levels`);
  if (isList(value)) {
    for (let i = 0; i < value.length; i++) checkPlain(`${path}[${i}]`, value[i], depth + 1);
    return;
  }
  if (!isObject(value) || !isPlainObject(value)) refuse(path, describe(value));
  for (const [key, each] of Object.entries(value)) {
    if (reserved.has(key)) refuse(`${path}.${key}`, 'a field whose name files reserve');
    if (each !== undefined) checkPlain(`${path}.${key}`, each, depth + 1); // files leave such a field out
  }
}
