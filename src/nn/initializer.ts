/** The named distributions of initial values. native/core/initializer.h draws the values. */
import type { NativeInitial } from '../native.js';

/**
 * The distribution of a parameter's initial values.
 *
 * In these variances, fanIn and fanOut are the numbers of connections into and out of a unit:
 * - `zeros`, `ones`
 * - `glorotUniform`, `glorotNormal`, `glorotTruncatedNormal`: variance 2 / (fanIn + fanOut) (Glorot
 *   and Bengio 2010)
 * - `heUniform`, `heNormal`, `heTruncatedNormal`: variance 2 / fanIn (He et al. 2015)
 * - `lecunUniform`, `lecunNormal`, `lecunTruncatedNormal`: variance 1 / fanIn (LeCun et al. 1998)
 *
 * Each form has the stated variance σ². Uniform values lie within √3 σ, and normal values within 4 σ.
 * Truncated normal values lie within 2.274 σ: they come from a normal distribution with standard
 * deviation σ / 0.87962566 that is cut at two of its deviations. Keras and TensorFlow.js do so in
 * `glorotNormal`, `heNormal` and `lecunNormal`. The values depend on seed, tensor and element alone, so
 * every machine makes the same bits.
 */
export type Initializer =
  | 'zeros'
  | 'ones'
  | 'glorotUniform'
  | 'glorotNormal'
  | 'glorotTruncatedNormal'
  | 'heUniform'
  | 'heNormal'
  | 'heTruncatedNormal'
  | 'lecunUniform'
  | 'lecunNormal'
  | 'lecunTruncatedNormal';

/** Names of all initialisers. */
export const initializers: readonly Initializer[] = [
  'zeros',
  'ones',
  'glorotUniform',
  'glorotNormal',
  'glorotTruncatedNormal',
  'heUniform',
  'heNormal',
  'heTruncatedNormal',
  'lecunUniform',
  'lecunNormal',
  'lecunTruncatedNormal',
];

/** Returns the distribution that the end of the name states. */
function distributionOf(initializer: Initializer): NativeInitial['distribution'] {
  if (initializer.endsWith('Uniform')) return 'uniform';
  return initializer.endsWith('TruncatedNormal') ? 'truncatedNormal' : 'normal';
}

/** Returns the distribution of a parameter's initial values for its fan-in and fan-out. */
export function initialDistribution(
  initializer: Initializer,
  fanIn: number,
  fanOut: number,
): NativeInitial {
  if (initializer === 'zeros') return { distribution: 'constant', value: 0 };
  if (initializer === 'ones') return { distribution: 'constant', value: 1 };
  const variance = initializer.startsWith('glorot')
    ? 2 / (fanIn + fanOut)
    : (initializer.startsWith('he') ? 2 : 1) / fanIn;
  return { distribution: distributionOf(initializer), value: Math.sqrt(variance) };
}
