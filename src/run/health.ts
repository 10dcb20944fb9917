/** The health of layers that a monitor measures. */

/** The health of one layer in an epoch. Unless stated otherwise, values are means over the monitored steps. */
export interface LayerHealth {
  /** The layer's name. */
  readonly layer: string;
  /**
   * Euclidean norm of the gradient of all the layer's parameters, before clipping; absent where the layer
   * has no parameters, or all are frozen.
   */
  readonly gradientNorm?: number;
  /** The largest gradient norm of the monitored steps. */
  readonly largestGradientNorm?: number;
  /** Euclidean norm of all the layer's parameters after the last monitored step. */
  readonly weightNorm?: number;
  /** Norm of a step's update divided by the norm of the weights; about 10⁻³ in a healthy run. */
  readonly updateRatio?: number;
  /**
   * Share of the units of a relu that were 0 for all rows of the monitored steps of this epoch; absent for
   * other layers.
   */
  readonly deadShare?: number;
}
