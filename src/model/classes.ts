/** The names of classes. */
import { ThalwegError } from '../errors.js';
import { checkText, shorten } from '../options.js';
import { checkList } from '../values.js';
import { type OutputKind, classCount } from './outputs.js';

function refuse(code: 'SHAPE' | 'DUPLICATE' | 'MISMATCH', path: string, parts: Parts): never {
  throw new ThalwegError({ code, path, ...parts });
}

interface Parts {
  readonly received: string;
  readonly expected: string;
}

/**
 * Returns a copy of the names of classes.
 *
 * @throws ThalwegError TYPE; SHAPE for another number of names; DUPLICATE; MISMATCH for a model of values
 */
export function checkClasses(
  path: string,
  value: unknown,
  kind: OutputKind,
  outputs: number,
): readonly string[] {
  const names = checkList(path, value, "an array of names, as ['cat', 'dog']", checkText);
  if (kind === 'values')
    refuse('MISMATCH', path, {
      received: 'names of classes',
      expected: 'nothing, because the outputs of this loss are values',
    });
  const count = classCount(kind, outputs);
  if (names.length !== count)
    refuse('SHAPE', path, {
      received: `${names.length} names`,
      expected: `${count}, for ${outputs} ${outputs === 1 ? 'output' : 'outputs'}`,
    });
  const seen = new Set<string>();
  const twice = names.find((each) => seen.size === seen.add(each).size);
  if (twice !== undefined)
    refuse('DUPLICATE', path, {
      received: `${JSON.stringify(shorten(twice))} twice`,
      expected: 'a name of its own for each class',
    });
  return Object.freeze([...names]);
}
