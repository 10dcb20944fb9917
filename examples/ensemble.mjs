// Measures what ensembles gain over their members, in four ways, with confidence intervals.
// The default data set is MNIST. For another one in its format: ensemble.mjs --folder FOLDER
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { average, chart, data, ensemble, nn, optim, schedule } from 'thalweg';

const { values: options } = parseArgs({
  options: {
    folder: { type: 'string' }, // holds the four IDX files; default: MNIST
    rows: { type: 'string', default: '5000' }, // the training rows
    epochs: { type: 'string', default: '5' }, // the epochs of one member
    members: { type: 'string', default: '5' },
    repeats: { type: 'string', default: '5' },
  },
});
const [rows, epochs, size, repeats] = ['rows', 'epochs', 'members', 'repeats'].map((key) =>
  Number(options[key]),
);
const digits = await data.mnist(options.folder === undefined ? {} : { folder: options.folder });

/** Returns rows [first, first + count) of a fixed random order of the training set. */
function part(first, count) {
  const order = data.permutation({ length: digits.train.length, seed: 1 });
  const { inputs, labels } = data.gather(digits.train, order.slice(first, first + count));
  return data.fromArrays({ inputs, labels, shape: [count, digits.train.features] });
}
const training = part(0, rows);
const validation = part(rows, 2000); // the rows for the selection
const batchSize = 64;
const stepsPerEpoch = Math.ceil(rows / batchSize);

const loss = 'softmaxCrossEntropy';
const network = (units) =>
  nn.sequential({ input: [784] }, nn.dense(units, { activation: 'relu' }), nn.dense(10));
const usual = { model: network(128), loss, optimizer: optim.adam({ learningRate: 2e-3 }) };
const train = (trainer) => trainer.fit(training, { epochs, batchSize });
const several = (count, body) => Array.from({ length: count }, (_, i) => body(i));

/** Trains the members of each way; every `repeat` has seeds of its own. */
async function membersOf(repeat) {
  const seeds = several(size, (i) => 1000 * repeat + i);
  const kept = { ...usual, average: average.ema({ decay: 0.99, warmup: 10 }) };
  const trials = several(size, (i) => {
    const optimizer = optim.adam({ learningRate: 10 ** (-3.2 + (0.8 * i) / (size - 1)) });
    const model = network([64, 128, 256][i % 3]);
    return [`trial ${i + 1}`, { ...usual, model, optimizer, seed: 1000 * repeat + 100 + i }];
  });
  // One run is as long as all the others together; its rate falls to 0 once for each member.
  const learningRate = schedule.warmRestarts({ initial: 4e-3, period: epochs * stepsPerEpoch });
  const moments = ensemble.snapshots({ start: epochs, every: epochs });
  await ensemble.seeds(
    { ...usual, optimizer: optim.adam({ learningRate }) },
    {
      seeds: [1000 * repeat + 200],
      train: (trainer) =>
        trainer.fit(training, { epochs: epochs * size, batchSize, callbacks: [moments] }),
    },
  );
  return {
    seeds: await ensemble.seeds(usual, { seeds, train }),
    trials: await ensemble.trials(Object.fromEntries(trials), { train }),
    'one run': moments.members(usual.model),
    averages: await ensemble.seeds(kept, { seeds, train, weights: 'averaged' }),
  };
}

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
/** Returns half the width of a 95 % confidence interval of the mean, by Student's t. */
function interval(values) {
  const t = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262][values.length - 2];
  const spread = mean(values.map((value) => (value - mean(values)) ** 2));
  return ((t ?? 1.96) * Math.sqrt(spread)) / Math.sqrt(values.length - 1);
}
const percent = (values) =>
  `${(100 * mean(values)).toFixed(2)} ± ${values.length > 1 ? (100 * interval(values)).toFixed(2) : '?'}`;

const found = {};
const note = (row, values) => {
  const known = (found[row] ??= Object.fromEntries(Object.keys(values).map((key) => [key, []])));
  for (const [key, value] of Object.entries(values)) known[key].push(value);
};
const curves = [];
for (let repeat = 1; repeat <= repeats; repeat++) {
  const ways = await membersOf(repeat);
  for (const [way, members] of Object.entries(ways)) {
    for (const combine of ['probability', 'logit', 'vote']) {
      const all = new ensemble.Ensemble({ members, loss, combine });
      const alone = (await all.evaluateMembers(digits.test)).map(({ accuracy }) => accuracy);
      const { accuracy } = await all.evaluate(digits.test);
      const differing = (await all.disagreement(digits.test)).flatMap((row) => [...row]);
      note(`${way}, ${combine}`, {
        member: mean(alone),
        together: accuracy,
        gain: accuracy - mean(alone),
        overBest: accuracy - Math.max(...alone),
        disagreement: (mean(differing) * size) / (size - 1),
      });
      if (way === 'seeds' && combine === 'probability')
        curves.push((await all.curve(digits.test)).map((point) => point.accuracy));
      all.dispose();
    }
  }
  const members = [...ways.seeds, ...ways.trials, ...ways['one run']];
  const pool = new ensemble.Ensemble({ members, loss });
  const { ensemble: chosen } = await pool.select(validation, { metric: 'loss' });
  const [all, some] = [await pool.evaluate(digits.test), await chosen.evaluate(digits.test)];
  const alone = (await pool.evaluateMembers(digits.test)).map(({ accuracy }) => accuracy);
  for (const [row, { accuracy }] of Object.entries({ 'all of these': all, 'greedy choice': some }))
    note(row, {
      member: mean(alone),
      together: accuracy,
      gain: accuracy - mean(alone),
      overBest: accuracy - Math.max(...alone),
    });
  pool.dispose();
  chosen.dispose();
}

console.log(
  `${rows} rows, ${epochs} epochs, ${size} members, ${repeats} repetitions; % of the test set`,
);
const columns = ['members', 'together', 'gain', 'over the best', 'disagreement'];
console.log(`| |${columns.join('|')}|\n|---|${columns.map(() => '---').join('|')}|`);
for (const [row, { member, together, gain, overBest, disagreement }] of Object.entries(found)) {
  const cells = [member, together, gain, overBest].map(percent);
  console.log(`| ${row} | ${cells.join(' | ')} | ${disagreement ? percent(disagreement) : ''} |`);
}
const curve = several(size, (i) => curves.map((points) => points[i]));
console.log(`seeds, by size: ${curve.map(percent).join(', ')}`);
const title = `Accuracy of ${size} seeds together`;
const series = [{ name: 'test set', values: curve.map(mean) }];
writeFileSync(
  'ensemble.svg',
  chart.lines({ title, xLabel: 'members', leftLabel: 'accuracy', series }),
);
