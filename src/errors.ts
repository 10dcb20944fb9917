/** The one error class of Thalweg: a stable code and what the caller needs to act. */

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

/** What went wrong, in parts. `remedy` may be empty. */
export interface ErrorFields {
  /** Stable: programs may act on it. */
  readonly code: ErrorCode;
  /** Where: an option path such as `optimizer.learningRate`, or a file. */
  readonly path: string;
  /** What came, shortened. */
  readonly received: string;
  /** What would have been right, with its limits. */
  readonly expected: string;
  /** What to do about it. */
  readonly remedy?: string;
}

/**
 * Thrown for every refused input or failed operation. A failed call changes nothing.
 *
 * The message has one grammar: *expected X for \`path\`, received Y; remedy*.
 */
export class ThalwegError extends Error {
  /** Always `'ThalwegError'`, also across copies of the package. */
  override readonly name = 'ThalwegError';
  /** Stable: programs may act on it. docs/errors.md lists every code. */
  readonly code: ErrorCode;
  /** Where: an option path such as `optimizer.learningRate`, or a file. */
  readonly path: string;
  /** What came, shortened. */
  readonly received: string;
  /** What would have been right, with its limits. */
  readonly expected: string;
  /** What to do about it; empty where `expected` says it. */
  readonly remedy: string;

  /** From its parts; `options.cause` is the error underneath, if any. */
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
