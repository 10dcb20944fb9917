/** Rows of cars, and transforms of every kind of column. */
import { data } from '../../src/index.js';

const { bagOfWords, cyclic, impute, log1p, number, oneHot, robust, standardize } = data.transform;

export const train = data.rows([
  { power: 34, origin: 'Europe', note: 'old car', seen: '2026-01-31', sold: true, price: 1 },
  { power: 160, origin: 'USA', note: 'fast car', seen: '2026-04-01', sold: false, price: 100 },
  { power: null, origin: 'Europe', note: null, seen: '2026-07-15', sold: true, price: 1000 },
  { power: 100, origin: 'USA', note: 'old old', seen: '2026-10-01', sold: false, price: 10 },
]);
export const every = {
  power: [impute('median'), log1p(), robust()],
  origin: oneHot(),
  note: bagOfWords(),
  seen: cyclic('month'),
  sold: number(),
} as const;
export const target = data.target('price', { transform: [log1p(), standardize()] });
