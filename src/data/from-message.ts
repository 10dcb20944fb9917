/** Data sets that another thread of the process has sent. */
import { ThalwegError } from '../errors.js';
import { native } from '../native.js';
import { checkNumber, checkText, wrongType } from '../options.js';
import { checkList, isObject, propertyOf } from '../values.js';
import { Dataset } from './dataset.js';

/**
 * Returns the data set that another thread of this process has sent by `postMessage` or as `workerData`. Both
 * threads read the same native rows; nothing is copied. The sender must keep its data set until then.
 *
 * @param message the plain object that arrived in place of the data set
 * @throws ThalwegError TYPE, SHAPE; DISPOSED where the data set is gone or belongs to another process
 * @example
 * import { workerData } from 'node:worker_threads';
 * const train = data.fromMessage(workerData);
 */
export function fromMessage(message: unknown): Dataset {
  if (!isObject(message)) throw wrongType('message', message, 'a data set that a thread has sent');
  const id = checkText('message.id', propertyOf(message, 'id'));
  const shape = checkList(
    'message.shape',
    propertyOf(message, 'shape'),
    'a shape',
    (path, extent) => checkNumber(path, extent, { min: 1, integer: true }),
  );
  const handle = new native.SharedDataset({ id });
  const { features } = handle.info();
  if (shape.reduce((product, extent) => product * extent, 1) !== features) {
    handle.dispose();
    throw new ThalwegError({
      code: 'SHAPE',
      path: 'message.shape',
      received: `[${shape.join(', ')}]`,
      expected: `a shape of ${features} features`,
    });
  }
  return new Dataset(shape, handle);
}
