/** Lists the places where two plain values differ. */
import { toExactJson } from '../sealed/exact-json.js';

/** One place where a checkpoint and a trainer differ, with both values as JSON text. */
export interface Difference {
  /** The path of the value, such as `optimizer.learningRate` or `model.layers[1].units`. */
  readonly path: string;
  /** The checkpoint's value. */
  readonly saved: string;
  /** The trainer's value. */
  readonly present: string;
}

function show(value: unknown): string {
  const text = value === undefined ? 'nothing' : toExactJson(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** Returns every place where two values from JSON differ, in the order of their keys. */
export function differences(saved: unknown, present: unknown, path = ''): Difference[] {
  if (Object.is(saved, present)) return [];
  if (!isObject(saved) || !isObject(present) || Array.isArray(saved) !== Array.isArray(present))
    return [{ path, saved: show(saved), present: show(present) }];
  const keys = [...new Set([...Object.keys(saved), ...Object.keys(present)])];
  const at = (key: string): string =>
    Array.isArray(saved) ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
  return keys.flatMap((key) => differences(saved[key], present[key], at(key)));
}
