/** Initial values of parameters, by name. The values come from native/core/initializer.h. */
import type { NativeInitial } from '../native.js';

/**
 * How a parameter starts. With fan-in and fan-out the connections into and out of a unit:
 * - `zeros`, `ones`
 * - `glorotUniform`, `glorotNormal`, `glorotTruncatedNormal`: variance 2 / (fanIn + fanOut) (Glorot
 *   and Bengio 2010)
 * - `heUniform`, `heNormal`, `heTruncatedNormal`: variance 2 / fanIn (He et al. 2015)
 * - `lecunUniform`, `lecunNormal`, `lecunTruncatedNormal`: variance 1 / fanIn (LeCun et al. 1998)
 *
 * The variance σ² is that of the values, whatever the form. Uniform values lie within √3 σ, normal
 * ones within 4 σ. Truncated ones lie within 2.274 σ: they come from a normal distribution of
 * deviation σ / 0.87962566 that is cut at two of its deviations, as in Keras's and TensorFlow.js's
 * `glorotNormal`, `heNormal` and `lecunNormal`. The values depend on seed, tensor and element alone:
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

/** Every initialiser. */
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

/** The distribution that a name ends in. */
function distributionOf(initializer: Initializer): NativeInitial['distribution'] {
  if (initializer.endsWith('Uniform')) return 'uniform';
  return initializer.endsWith('TruncatedNormal') ? 'truncatedNormal' : 'normal';
}

/** What an initialiser means for a parameter with these fans. */
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
