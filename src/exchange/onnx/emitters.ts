/** Importing this file registers all layers that can be written. */
export { emitFused } from './layers/activation.js';
import './layers/conv2d.js';
import './layers/dense.js';
import './layers/embedding.js';
import './layers/norms.js';
import './layers/pool2d.js';
import './layers/residual.js';
export { emitSoftmax } from './layers/shapes.js';
