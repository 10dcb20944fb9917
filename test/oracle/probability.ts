/** Computes tail probabilities of the distributions that the statistical tests need. */

/**
 * Returns ln Γ(x), x > 0: Lanczos' series with g = 5, relative error below 2e-10 (Numerical Recipes
 * 6.1).
 */
export function logGamma(x: number): number {
  const terms = [
    76.18009172947146, -86.50532032941678, 24.01409824083091, -1.231739572450155,
    0.1208650973866179e-2, -0.5395239384953e-5,
  ];
  const shifted = x + 5.5;
  let sum = 1.000000000190015;
  terms.forEach((term, i) => (sum += term / (x + 1 + i)));
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log((Math.sqrt(2 * Math.PI) * sum) / x);
}

/**
 * Returns the regularised incomplete gamma functions P(a, x) and Q(a, x) = 1 - P, each without
 * cancellation where it is small: the series below a + 1, Lentz's continued fraction above
 * (Numerical Recipes 6.2).
 */
function incompleteGamma(a: number, x: number): { readonly lower: number; readonly upper: number } {
  if (x <= 0) return { lower: 0, upper: 1 };
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = a + 1; term > sum * 1e-16; ++n) sum += term *= x / n;
    const lower = scale * sum;
    return { lower, upper: 1 - lower };
  }
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let i = 1, change = 0; Math.abs(change - 1) > 1e-15; ++i) {
    const factor = i * (a - i);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    change = c * d;
    fraction *= change;
  }
  const upper = scale * fraction;
  return { lower: 1 - upper, upper };
}

/** Returns P(X ≥ x) of the χ² distribution. */
export function chiSquareTail(x: number, freedom: number): number {
  return incompleteGamma(freedom / 2, x / 2).upper;
}

/**
 * Returns the p-value of a χ² statistic. From 10 degrees of freedom on it is two-sided, because
 * frequencies that are too even are not random either. With fewer degrees, exactly even ones are
 * likely.
 */
export function chiSquareP(x: number, freedom: number): number {
  const { lower, upper } = incompleteGamma(freedom / 2, x / 2);
  return freedom < 10 ? upper : Math.min(1, 2 * Math.min(lower, upper));
}

/** Returns P(|Z| ≥ |z|) of the normal distribution. */
export function normalP(z: number): number {
  return chiSquareTail(z * z, 1);
}

/** Returns Pearson's Σ (observed - expected)² / expected. */
export function pearson(observed: ArrayLike<number>, expected: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < observed.length; ++i)
    sum += (observed[i]! - expected[i]!) ** 2 / expected[i]!;
  return sum;
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}

/**
 * Returns P(k marked among `draws` without replacement from `total`, of which `marked` are marked).
 */
export function hypergeometric(k: number, draws: number, marked: number, total: number): number {
  if (k < 0 || k > draws || k > marked || draws - k > total - marked) return 0;
  return Math.exp(
    logChoose(marked, k) + logChoose(total - marked, draws - k) - logChoose(total, draws),
  );
}
