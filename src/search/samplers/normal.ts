/** The normal distribution. */

/** Coefficients of erfc of x ≥ 0 (Press et al., Numerical Recipes, 2nd edition, section 6.2). */
const erfcTerms = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
] as const;

/** Returns the probability of a normal number below z, with a relative error below 1.2e-7 in the lower tail. */
export function normalBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const sum = erfcTerms.reduceRight<number>((rest, term) => term + t * rest, 0);
  const tail = (t * Math.exp(-x * x + sum)) / 2;
  return z < 0 ? tail : 1 - tail;
}

/** Returns the density at z. */
export function normalDensity(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** Numerators and denominators of Acklam's rational functions, the highest power first. */
const middle = [
  [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
    2.506628277459239,
  ],
  [
    -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972,
    -13.28068155288572, 1,
  ],
] as const;
const tail = [
  [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734,
    4.374664141464968, 2.938163982698783,
  ],
  [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
] as const;
/** The tails begin at this share. */
const tailShare = 0.02425;

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, each) => sum * x + each, 0);
}

/** Returns the number below which a normal one lies with a probability, with a relative error below 1.2e-9. */
export function normalQuantile(share: number): number {
  if (share > 1 - tailShare) return -normalQuantile(1 - share);
  if (share < tailShare) {
    const q = Math.sqrt(-2 * Math.log(share));
    return polynomial(tail[0], q) / polynomial(tail[1], q);
  }
  const q = share - 0.5;
  return (q * polynomial(middle[0], q * q)) / polynomial(middle[1], q * q);
}
