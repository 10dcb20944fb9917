/** The error class of Thalweg: a stable code, and the parts of a message that tell how to act. */

/** Every code that a {@link ThalwegError} can carry. */
export type ErrorCode =
  | 'RANGE'
  | 'TYPE'
  | 'SHAPE'
  | 'DTYPE'
  | 'RANK'
  | 'OVERFLOW'
  | 'DETACHED'
  | 'RESIZABLE'
  | 'DISPOSED'
  | 'BUSY'
  | 'ALIAS'
  | 'NONFINITE'
  | 'UNKNOWN_OPTION'
  | 'FORMAT'
  | 'TRUNCATED'
  | 'VERSION'
  | 'MISSING'
  | 'MISMATCH'
  | 'NO_DEVICE'
  | 'DEVICE'
  | 'MEMORY'
  | 'NO_SPACE'
  | 'ABORTED'
  | 'UNSUPPORTED'
  | 'SEED'
  | 'EMPTY_EPOCH'
  | 'STATE_MISMATCH'
  | 'LAYOUT'
  | 'DUPLICATE'
  | 'DEPTH'
  | 'HEADER_LIMIT'
  | 'ENCODING'
  | 'UNSAFE_PATH'
  | 'CHECKSUM'
  | 'CORRUPTION'
  | 'LOCKED'
  | 'PERMISSION';

/** The parts of an error. */
export interface ErrorFields {
  /** A code that stays the same between versions, so that programs may test it. */
  readonly code: ErrorCode;
  /** The place of the error: an option path such as `optimizer.learningRate`, or a file. */
  readonly path: string;
  /** The received value, shortened. */
  readonly received: string;
  /** The values that would be right, with their limits. */
  readonly expected: string;
  /** The way to avoid the error. Default: an empty text. */
  readonly remedy?: string;
}

/**
 * The error of every refused input and every failed operation. A call that throws it changes nothing.
 *
 * The message has one form: *expected X for \`path\`, received Y; remedy*.
 */
export class ThalwegError extends Error {
  /** Always `'ThalwegError'`, also where a program has several copies of the package. */
  override readonly name = 'ThalwegError';
  /** A code that stays the same between versions. docs/errors.md lists every code. */
  readonly code: ErrorCode;
  /** The place of the error: an option path such as `optimizer.learningRate`, or a file. */
  readonly path: string;
  /** The received value, shortened. */
  readonly received: string;
  /** The values that would be right, with their limits. */
  readonly expected: string;
  /** The way to avoid the error; an empty text where `expected` already says it. */
  readonly remedy: string;

  /** Makes an error of its parts; `options.cause` is the underlying error, if any. */
  constructor(fields: ErrorFields, options?: ErrorOptions) {
    const { code, path, received, expected, remedy = '' } = fields;
    super(
      `expected ${expected} for \`${path}\`, received ${received}${remedy ? `; ${remedy}` : ''}`,
      options,
    );
    this.code = code;
    this.path = path;
    this.received = received;
    this.expected = expected;
    this.remedy = remedy;
  }
}
