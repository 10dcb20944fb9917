// Trains the same network for the same number of steps under nine schedules of the learning rate.
// One rate stays too high, seven fall in different ways, and one falls too fast, which is a
// warning.
import { writeFileSync } from 'node:fs';
import { Trainer, chart, data, nn, optim, schedule } from 'thalweg';

const epochs = Number(process.argv[2] ?? 10);
const batchSize = 128;
const digits = await data.mnist();
const stepsPerEpoch = Math.ceil(digits.train.length / batchSize);
const steps = epochs * stepsPerEpoch;
const initial = 0.5;
const schedules = {
  constant: schedule.constant(initial),
  stepDecay: schedule.stepDecay({
    initial,
    factor: 0.5,
    every: Math.ceil(epochs / 5),
    unit: 'epoch',
  }),
  exponential: schedule.exponential({ initial, rate: 4 / steps }),
  inverseTime: schedule.inverseTime({ initial, rate: 20 / steps }),
  cosine: schedule.cosine({ initial, steps }),
  oneCycle: schedule.oneCycle({ peak: initial, steps }),
  warmRestarts: schedule.warmRestarts({ initial, period: Math.ceil(steps / 3) }),
  plateau: schedule.plateau({ initial, factor: 0.5, patience: 0 }),
  '× 0.9 per update': schedule.perStepFactor({ initial, factor: 0.9 }),
};

const model = nn.sequential({ input: [784] }, nn.dense(64, { activation: 'relu' }), nn.dense(10));
const series = [];
console.log('schedule            last rate   training loss   test loss   test accuracy');
for (const [name, learningRate] of Object.entries(schedules)) {
  const trainer = new Trainer({
    model,
    loss: 'softmaxCrossEntropy',
    optimizer: optim.momentum({ learningRate, momentum: 0.5 }),
    seed: 1,
  });
  const { epochs: records } = await trainer.fit(digits.train, {
    epochs,
    batchSize,
    validation: digits.test,
    onEvent: ({ type, message }) => {
      if (type === 'warning') console.log(`warning: ${message}`);
    },
  });
  trainer.dispose();
  const last = records.at(-1);
  series.push({ name, values: records.map(({ loss }) => Math.log10(loss)) });
  console.log(
    `${name.padEnd(18)}${last.learningRate.toExponential(1).padStart(11)}` +
      `${last.loss.toFixed(4).padStart(16)}${last.validation.loss.toFixed(4).padStart(12)}` +
      `${(last.validation.accuracy * 100).toFixed(2).padStart(14)} %`,
  );
}
const title = 'Annealing the learning rate on MNIST';
const labels = { xLabel: 'epoch', leftLabel: 'training loss, log₁₀' };
writeFileSync('schedules.svg', chart.lines({ title, ...labels, series: series.slice(0, 6) }));
console.log('\nwrote schedules.svg');
