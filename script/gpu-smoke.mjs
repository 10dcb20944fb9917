/**
 * Does a little of everything on the device `cuda`, for compute-sanitizer (script/gpu): every rule,
 * over lengths that leave heads and tails, and training with every kind of layer, loss and row
 * order.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

const native = createRequire(import.meta.url)(
  join(import.meta.dirname, '../build/Release/thalweg.node'),
);
native.initialize(Error);
const wave = (length) => Float32Array.from({ length }, (_, i) => Math.sin(i * 1.7));

for (const { name, hyper } of native.rules()) {
  const lengths = [1, 0, 15, 4097, 9001];
  const gradients = lengths.map(wave);
  const stepper = new native.Stepper({
    ...{ rule: name, groupCount: 1, device: 'cuda', lengths, parameters: lengths.map(wave) },
    ...{ names: lengths.map((_, i) => `t${i}`), groups: lengths.map(() => 0) },
  });
  gradients.forEach((gradient, i) => stepper.point(i, gradient));
  const settings = Float64Array.of(1, 2, 5, 3, 1, 1, ...hyper.map(() => 0.5), 0.01, 0.01);
  for (let step = 0; step < 2; step++) stepper.step(settings);
  stepper.dispose();
}

const layer = (kind, inputs, outputs, activation) => ({
  ...{ kind, inputs, outputs, frozen: false },
  fields: {
    ...{ activation, slope: 0.1, useBias: true, epsilon: 1e-5, momentum: 0.9, unbiased: true },
    ...{ columns: inputs, channels: inputs, groups: 1, useScale: false, useOffset: false },
  },
});
const losses = ['softmaxCrossEntropy', 'sigmoidCrossEntropy', 'meanSquaredError', 'huber'];
for (const [index, loss] of losses.entries()) {
  // The last data set does not fit and comes batch by batch.
  if (index === 3) process.env.THALWEG_RESIDENT_BYTES = '1000';
  const [rows, features, classes] = [index === 0 ? 66_000 : 300, 9, 5];
  const trainer = new native.Trainer({
    ...{ rule: 'adam', groupCount: 1, names: ['a', 'b', 'c', 'd'], groups: [0, 0, 0, 0] },
    lengths: [features * 7, 7, 7 * classes, classes],
    layers: [
      layer('dense', features, 7, 'gelu'),
      layer('dropout', 7, 7),
      layer('activation', 7, 7, 'tanh'),
      ...['batchNorm', 'layerNorm', 'rmsNorm', 'groupNorm'].map((kind) => layer(kind, 7, 7)),
      layer('dense', 7, classes, 'relu'),
      ...(index > 1 ? [layer('softmax', classes, classes)] : []),
    ].map((each, value) => ({ ...each, from: [value] })),
    statistics: ['mean', 'variance'].map((name, initial) => ({ name, length: 7, initial })),
    initials: [1, 0, 1, 0].map((value) => ({ distribution: 'normal', value })),
    ...{ loss, lossParameter: 1, device: 'cuda', seed: 1n },
  });
  const sparse = index === 0;
  const dataset = new native.Dataset({
    inputs: index % 2 ? wave(rows * features) : new Uint8Array(rows * features).fill(3),
    ...{ rows, features, scale: 0.1, offset: 0, labelWidth: sparse ? 1 : classes },
    labels: sparse ? new Int32Array(rows).fill(2) : wave(rows * classes).map(Math.abs),
  });
  const batchSize = Math.ceil(rows / 6.5);
  const request = {
    ...{ dataset, firstStep: 0, batchSize, shuffle: true, dropLast: false },
    settings: Float64Array.of(1, Infinity, Infinity, 1, 1, 1, 0.01, 0.9, 0.99, 1e-6, 1, 0, 0),
    ...{ columns: Float64Array.of(6), rates: new Float64Array(7).fill(0.01) },
  };
  for (let epoch = 0; epoch < 3; epoch++)
    await trainer.train({ ...request, epoch }, () => undefined);
  await trainer.evaluate(dataset, 100);
  await trainer.predict(wave(10 * features), 10, classes, 4);
  trainer.dispose();
}
console.log('done');
