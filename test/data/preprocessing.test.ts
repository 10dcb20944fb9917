import { describe, expect, it } from 'vitest';
import { Trainer, data, nn, optim } from '../../src/index.js';
import { every, target, train } from './prepared-cars.js';

const { cyclic, impute, minMax, number, oneHot } = data.transform;

describe('a fitted preprocessing', () => {
  const fitted = data.features(every, { target }).fit(train);

  it('names its inputs in the order of the columns', () => {
    expect(fitted.inputNames).toEqual([
      'power',
      'origin=Europe',
      'origin=USA',
      'note car',
      'note fast',
      'note old',
      'seen month sine',
      'seen month cosine',
      'sold',
    ]);
    expect([fitted.width, fitted.targetName, fitted.targetKind]).toEqual([9, 'price', 'values']);
  });

  it('makes the same inputs of a table and of one plain row', () => {
    const rows = fitted.inputs(train);
    const [first] = [...train];
    expect(fitted.inputs([{ ...first, seen: '2026-01-31', more: {} }])).toEqual(rows.slice(0, 9));
    expect([...rows.slice(1, 6)]).toEqual([1, 0, 1, 0, 1]);
    expect([...rows.slice(18, 24)]).toEqual([rows[18], 1, 0, 0, 0, 0]); // no note
    expect(rows[18]).toBeCloseTo(0, 6); // the median
  });

  it('turns predicted values back', () => {
    const labels = fitted.labels(train) as Float32Array;
    expect(labels.reduce((a, b) => a + b)).toBeCloseTo(0, 5);
    const back = fitted.values(labels);
    [1, 100, 1000, 10].forEach((price, i) => expect(back[i]).toBeCloseTo(price, 2));
  });

  it('is plain values, and the same again after JSON', () => {
    const text = JSON.stringify(fitted);
    const again = data.Preprocessing.fromJSON(JSON.parse(text));
    expect(JSON.stringify(again)).toBe(text);
    expect(again.inputs(train)).toEqual(fitted.inputs(train));
    expect(again.labels(train)).toEqual(fitted.labels(train));
    expect(fitted.toJSON()).toMatchObject({ format: 'thalweg-preprocessing', version: 1 });
  });

  it('cannot be changed', () => {
    const json = fitted.toJSON() as unknown as { features: { steps: { value: number }[] }[] };
    expect(() => (json.features[0]!.steps[0]!.value = 7)).toThrow(TypeError);
    expect(() => json.features.pop()).toThrow(TypeError);
  });

  it('makes a data set that a network learns', async () => {
    using set = fitted.dataset(train);
    expect([set.length, set.features, set.labelKind]).toEqual([4, 9, 'dense']);
    const model = nn.sequential({ input: [fitted.width] }, nn.dense(1));
    const optimizer = optim.adam({ learningRate: 0.1 });
    using trainer = new Trainer({ model, loss: 'meanSquaredError', optimizer, seed: 1 });
    await trainer.fit(set, { epochs: 300, batchSize: 4 });
    const prices = fitted.values(await trainer.predict(fitted.inputs(train)));
    expect(prices[2]).toBeGreaterThan(500);
    expect(prices[0]).toBeLessThan(5);
  });
});

describe('classes', () => {
  const fitted = data
    .features({ power: impute('mean') }, { target: data.target('origin') })
    .fit(train);

  it('have numbers in the order of their names', () => {
    expect(fitted.classNames).toEqual(['Europe', 'USA']);
    expect(fitted.labels(train)).toEqual(Int32Array.of(0, 1, 0, 1));
    expect(fitted.classes(Float32Array.of(0.1, 0.9, 3, -2))).toEqual(['USA', 'Europe']);
  });

  it('are true and false, or integers where they are asked for', () => {
    const sold = data.features({ price: number() }, { target: data.target('sold') }).fit(train);
    expect([sold.classNames, sold.labels(train)]).toEqual([
      ['false', 'true'],
      Int32Array.of(1, 0, 1, 0),
    ]);
    const digits = data.rows([
      { x: 1, y: 10 },
      { x: 2, y: 9 },
    ]);
    const classes = data.features({ x: number() }, { target: data.target('y', { as: 'classes' }) });
    expect(classes.fit(digits).classNames).toEqual(['9', '10']);
  });
});

describe('times of the year', () => {
  it.each([
    ['month', '2026-04-15', 0.25],
    ['dayOfYear', '2028-07-01', 182 / 366],
    ['weekday', '2026-11-29', 0], // a Sunday
    ['hour', '2026-11-29T18:59', 0.75],
    ['minute', '2026-11-29T06:00', 0.25],
  ] as const)('%s of %s', (period, when, part) => {
    const fitted = data.features({ when: cyclic(period) }).fit(data.rows([{ when }]));
    const [sine, cosine] = fitted.inputs([{ when }]);
    expect(sine).toBeCloseTo(Math.sin(2 * Math.PI * part), 6);
    expect(cosine).toBeCloseTo(Math.cos(2 * Math.PI * part), 6);
  });
});

describe('nothing of a validation row', () => {
  const poison = {
    power: 1e9,
    origin: 'Mars',
    note: 'poison',
    seen: new Date('1999-09-09'),
    sold: null,
    price: -0.5,
  };
  it('reaches a fitted value', () => {
    const objects = [...train].map((row) => ({ ...row }));
    const whole = data.rows([poison, ...objects, poison] as never[]);
    const split = whole.filter((_, i) => i > 0 && i < 5);
    const transforms = {
      ...every,
      price: minMax(),
      origin: [impute('mostFrequent'), oneHot()],
      sold: [impute('mostFrequent'), oneHot()],
    };
    for (const learned of [target, data.target('origin')]) {
      const { [learned.column]: _, ...rest } = transforms as data.FeatureTransforms;
      const features = data.features(rest, { target: learned });
      const fitted = JSON.stringify(features.fit(split));
      expect(fitted).toBe(JSON.stringify(features.fit(train)));
      expect(fitted).not.toMatch(/Mars|poison|1999|1000000000/);
    }
  });
});
