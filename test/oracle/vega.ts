/**
 * Reads real series from vega-datasets: Seattle's daily highs, and monthly prices of five stocks.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '..', '..', 'node_modules', 'vega-datasets', 'data');

function rows(file: string): string[][] {
  const [, ...lines] = readFileSync(join(folder, file), 'utf8').trim().split('\n');
  return lines.map((line) => line.trim().split(','));
}

/** Returns daily maximum temperatures in °C, 2012 to 2015. */
export function temperatures(): number[] {
  return rows('seattle-weather.csv').map((row) => Number(row[2]));
}

/** Returns monthly prices in dollars, by symbol. */
export function stocks(): Record<string, number[]> {
  const prices: Record<string, number[]> = {};
  for (const [symbol, , price] of rows('stocks.csv')) (prices[symbol!] ??= []).push(Number(price));
  return prices;
}
