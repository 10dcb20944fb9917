// Draws exponentially weighted averages of Seattle's temperatures and of Google's share price.
// A larger β gives a smoother line that lags further behind.
// The numbers come from another package: npm install vega-datasets
import { readFileSync, writeFileSync } from 'node:fs';
import { average, chart } from 'thalweg';

const folder = new URL('../data/', import.meta.resolve('vega-datasets'));
const table = (file) =>
  readFileSync(new URL(file, folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
const temperatures = table('seattle-weather.csv')
  .slice(1, 731)
  .map(([, , highest]) => Number(highest));
const prices = table('stocks.csv')
  .filter(([symbol]) => symbol === 'GOOG')
  .map(([, , price]) => Number(price));

const betas = [0.5, 0.9, 0.98, 0.995];
const figures = [
  ['temperatures', temperatures, "Seattle's highest temperature of each day", 'day', '°C'],
  ['prices', prices, "Google's share price", 'month', '$'],
];
for (const [name, values, title, xLabel, leftLabel] of figures) {
  const averages = betas.map((beta) => ({
    name: `β = ${beta}`,
    values: average.exponential(values, { beta }),
  }));
  const series = [{ name: 'raw', values }, ...averages].map((line) => ({
    ...line,
    values: Array.from(line.values),
  }));
  writeFileSync(`${name}.svg`, chart.lines({ title, xLabel, leftLabel, series }));
  console.log(`wrote ${name}.svg`);
}

console.log('\nβ       averages about   half-life   mean step from day to day');
const step = (values) =>
  values.slice(1).reduce((sum, value, i) => sum + Math.abs(value - values[i]), 0) /
  (values.length - 1);
for (const beta of [0, ...betas]) {
  const smooth = Array.from(average.exponential(temperatures, { beta }));
  console.log(
    `${String(beta).padEnd(6)}${average.windowOf(beta).toFixed(0).padStart(11)} days` +
      `${average.halfLifeOf(beta).toFixed(1).padStart(12)}${step(smooth).toFixed(3).padStart(20)} °C`,
  );
}
