/** Importing this file registers all layers that can be written. */
export { emitFused } from './layers/activation.js';
import './layers/convolution.js';
import './layers/dense.js';
import './layers/embedding.js';
import './layers/norms.js';
import './layers/pool.js';
import './layers/residual.js';
export { emitSoftmax } from './layers/shapes.js';
import './layers/upsample.js';
