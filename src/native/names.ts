/** The names that both sides of the border know; native/napi/names.cc makes them of the .def files. */

/** Names in the order of the native enumerators. */
export interface NativeNames {
  /** native/core/errors.def */
  readonly errorCodes: readonly string[];
}
