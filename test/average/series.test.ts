/** Averages Seattle's temperatures and stock prices, and compares with pandas and by eye. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { average } from '../../src/index.js';
import { largestError } from '../oracle/random.js';
import { stocks, temperatures } from '../oracle/vega.js';

type ByBeta = Readonly<Record<string, readonly number[]>>;
const file = join(__dirname, '..', 'fixtures', 'pandas-averages.json');
const fixture = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly pandas: string;
  readonly temperatures: ByBeta;
  readonly halfLives: ByBeta;
  readonly prices: Readonly<Record<string, ByBeta>>;
};

const everyTwentieth = (values: Float64Array): Float64Array =>
  values.filter((_, i) => i % 20 === 0);

/** Returns the mean change from one value to the next. */
function roughness(values: ArrayLike<number>): number {
  const list = Array.from(values);
  return list.slice(1).reduce((sum, x, i) => sum + Math.abs(x - list[i]!), 0) / (list.length - 1);
}

/** Returns the number of days by which `late` follows `series` best. */
function lag(series: readonly number[], late: Float64Array): number {
  const from = 400; // even the slowest average has warmed up by then
  const distance = (days: number): number => {
    let sum = 0;
    for (let t = from; t < series.length; t++) sum += (late[t]! - series[t - days]!) ** 2;
    return sum;
  };
  const shifts = Array.from({ length: 200 }, (_, days) => distance(days));
  return shifts.indexOf(Math.min(...shifts));
}

describe(`pandas ${fixture.pandas}`, () => {
  it.each(Object.entries(fixture.temperatures))('temperatures, β = %s', (beta, expected) => {
    const ours = average.exponential(temperatures(), { beta: Number(beta) });
    expect(largestError(everyTwentieth(ours), expected, 1)).toBeLessThan(1e-12);
  });

  it.each(Object.entries(fixture.halfLives))('temperatures, half-life %s', (halfLife, expected) => {
    const ours = average.exponential(temperatures(), { halfLife: Number(halfLife) });
    expect(largestError(everyTwentieth(ours), expected, 1)).toBeLessThan(1e-12);
  });

  it.each(Object.keys(fixture.prices))('prices of %s, four β', (symbol) => {
    for (const [beta, expected] of Object.entries(fixture.prices[symbol]!)) {
      const ours = average.exponential(stocks()[symbol]!, { beta: Number(beta) });
      expect(largestError(everyTwentieth(ours), expected, 1)).toBeLessThan(1e-12);
    }
  });
});

describe('a larger β', () => {
  const series = temperatures();
  const smooth = Object.keys(fixture.temperatures).map((beta) =>
    average.exponential(series, { beta: Number(beta) }),
  );

  it('is smoother', () => {
    const rough = [series, ...smooth].map(roughness);
    rough.slice(1).forEach((value, i) => expect(value).toBeLessThan(rough[i]! * 0.8));
  });

  it('lags further behind', () => {
    const days = smooth.map((values) => lag(series, values));
    days.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(days[i]!));
  });

  it('starts too low without bias correction, by the divisor of the correction', () => {
    const beta = 0.98;
    const raw = average.exponential(series, { beta, biasCorrection: false });
    expect(raw[9]).toBeLessThan(0.2 * smooth[2]![9]!);
    raw.forEach((value, t) => expect(value).toBeCloseTo(smooth[2]![t]! * (1 - beta ** (t + 1)), 9));
  });
});
