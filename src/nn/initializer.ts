/** Initial values of parameters, by name. The values come from native/core/initializer.h. */

/**
 * How a parameter starts. With fan-in and fan-out the connections into and out of a unit:
 * - `zeros`, `ones`
 * - `glorotUniform`, `glorotNormal`: variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010)
 * - `heUniform`, `heNormal`: variance 2 / fanIn (He 2015)
 * - `lecunUniform`, `lecunNormal`: variance 1 / fanIn (LeCun 1998)
 */
export type Initializer =
  | 'zeros'
  | 'ones'
  | 'glorotUniform'
  | 'glorotNormal'
  | 'heUniform'
  | 'heNormal'
  | 'lecunUniform'
  | 'lecunNormal';

/** Every initialiser. */
export const initializers: readonly Initializer[] = [
  'zeros',
  'ones',
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'lecunUniform',
  'lecunNormal',
];

/** Distribution and standard deviation of a parameter's initial values. */
export interface InitialDistribution {
  readonly distribution: 'constant' | 'uniform' | 'normal';
  /** The constant, or the standard deviation. */
  readonly value: number;
}

/** What an initialiser means for a parameter with these fans. */
export function initialDistribution(
  initializer: Initializer,
  fanIn: number,
  fanOut: number,
): InitialDistribution {
  if (initializer === 'zeros') return { distribution: 'constant', value: 0 };
  if (initializer === 'ones') return { distribution: 'constant', value: 1 };
  const distribution = initializer.endsWith('Uniform') ? 'uniform' : 'normal';
  const variance = initializer.startsWith('glorot')
    ? 2 / (fanIn + fanOut)
    : (initializer.startsWith('he') ? 2 : 1) / fanIn;
  return { distribution, value: Math.sqrt(variance) };
}
