/** Everything the package exports; nothing is defined here. */
export { ThalwegError } from './errors.js';
export type { ErrorCode, ErrorFields } from './errors.js';
