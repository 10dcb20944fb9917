/** The health of layers, as a monitor saw it. */

/** One layer in an epoch: means over the steps that were looked at, unless said otherwise. */
export interface LayerHealth {
  /** The layer's name. */
  readonly layer: string;
  /**
   * Euclidean norm of the gradient of all its parameters, before clipping; absent where none is there, or
   * all are frozen.
   */
  readonly gradientNorm?: number;
  /** The largest of these norms. */
  readonly largestGradientNorm?: number;
  /** Euclidean norm of all its parameters after the last step looked at. */
  readonly weightNorm?: number;
  /** Norm of a step's change over that of the weights: about 10⁻³ in a healthy run. */
  readonly updateRatio?: number;
  /**
   * Share of the units of a relu that were 0 for every row of this epoch that was looked at; absent of
   * other layers.
   */
  readonly deadShare?: number;
}
