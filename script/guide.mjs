// Makes every number and figure of docs/choosing-an-optimizer.md. It trains on the first 10,000
// digits of MNIST, tests on its 10,000 test digits, writes the tables into the page and the figures
// into docs/figures/. That takes about a minute of one processor.
//   node script/guide.mjs              writes
//   node script/guide.mjs --check      fails where a number is not the page's
//   node script/guide.mjs --check sgd  looks at the rates of one optimizer only, in some seconds
// The device computes the same bits on every machine, so the numbers are the same, too.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';

// Steps this small gain nothing from a second thread, which costs much on a busy machine.
process.env.THALWEG_THREADS ??= '1';
const { Trainer, chart, data, nn, optim, schedule } = await import('thalweg');

const rows = 10_000;
const epochs = 4;
const page = new URL('../docs/choosing-an-optimizer.md', import.meta.url);
const figures = new URL('../docs/figures/', import.meta.url);

/** Returns the first rows of a part of MNIST as a data set of their own. */
function firstRows(set, count) {
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  const { inputs, labels } = data.gather(set, indices);
  return data.fromArrays({ inputs, shape: [count, set.features], labels });
}

const mnist = await data.mnist();
const train = firstRows(mnist.train, rows);
const { test } = mnist;
const model = nn.sequential({ input: [784] }, nn.dense(64, { activation: 'relu' }), nn.dense(10));

/** The fastest of the devices that agree in every bit. */
const device = ['cpu:avx512', 'cpu:avx2', 'cpu:baseline'].find((name) => {
  try {
    makeTrainer(optim.sgd(), 0, name).dispose();
    return true;
  } catch {
    return false;
  }
});

function makeTrainer(optimizer, seed = 0, on = device) {
  const loss = 'softmaxCrossEntropy';
  return new Trainer({ model, loss, optimizer, seed, device: on, nonFinite: 'skip' });
}

/** Returns the test accuracy after a run, in percent. */
async function accuracyOf(optimizer, { seed = 0, batchSize = 32, length = epochs } = {}) {
  const trainer = makeTrainer(optimizer, seed);
  await trainer.fit(train, { epochs: length, batchSize });
  const { accuracy } = await trainer.evaluate(test);
  trainer.dispose();
  return 100 * accuracy;
}

const rates = [-4, -3.5, -3, -2.5, -2, -1.5, -1, -0.5, 0, 0.5].map((power) => 10 ** power);
const rateText = (rate) => Number(rate.toPrecision(2)).toString();
const mean = (values) => values.reduce((a, b) => a + b) / values.length;
const text = (value) => value.toFixed(1);
const spread = (values) => `${text(Math.min(...values))} to ${text(Math.max(...values))}`;

const tables = {};
const row = (cells) => `| ${cells.join(' | ')} |`;
function table(name, head, lines) {
  tables[name] = [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}

const drawings = {};
function figure(name, options) {
  drawings[name] = chart.lines(options);
}

const optimizers = {
  sgd: (learningRate) => optim.sgd({ learningRate }),
  momentum: (learningRate) => optim.momentum({ learningRate }),
  nesterov: (learningRate) => optim.nesterov({ learningRate }),
  adagrad: (learningRate) => optim.adagrad({ learningRate }),
  rmsprop: (learningRate) => optim.rmsprop({ learningRate }),
  adam: (learningRate) => optim.adam({ learningRate }),
  adamW: (learningRate) => optim.adamW({ learningRate }),
  lion: (learningRate) => optim.lion({ learningRate }),
};
const seeds = [1, 2, 3];

/** Returns the index of the highest accuracy. */
function bestOf(accuracies) {
  return accuracies.indexOf(Math.max(...accuracies));
}

/** Returns accuracies by rate, then by seed. */
async function sweep(make, { seeds: some = seeds, ...options } = {}) {
  const accuracies = [];
  for (const rate of rates) {
    const runs = [];
    for (const seed of some) runs.push(await accuracyOf(make(rate), { seed, ...options }));
    accuracies.push(runs);
  }
  return accuracies;
}

/** Returns mean accuracies by rate, the best rate, and the table's row for both. */
async function ratesOf(name) {
  const runs = await sweep(optimizers[name]);
  const accuracies = runs.map(mean);
  const top = bestOf(accuracies);
  const near = rates.filter((_, i) => accuracies[i] > accuracies[top] - 1).map(rateText);
  const cells = [rateText(rates[top]), text(accuracies[top]), spread(runs[top]), near.join(', ')];
  return { accuracies, best: rates[top], line: [`\`${name}\``, ...cells] };
}

async function compareRates() {
  const swept = {};
  const lines = [];
  const best = {};
  for (const name of Object.keys(optimizers)) {
    const found = await ratesOf(name);
    swept[name] = found.accuracies;
    best[name] = found.best;
    lines.push(found.line);
  }
  const head = [
    'optimizer',
    'best rate',
    'accuracy %',
    'three seeds',
    'rates within a point of it',
  ];
  table('rates', head, lines);
  table(
    'sweep',
    ['rate', ...Object.keys(swept).map((name) => `\`${name}\``)],
    rates.map((rate, i) => [rateText(rate), ...Object.values(swept).map((of) => text(of[i]))]),
  );
  const shown = ['sgd', 'momentum', 'adagrad', 'rmsprop', 'adam', 'lion'];
  figure('rates', {
    title: 'Accuracy by learning rate, four epochs of 10,000 digits',
    xLabel: 'learning rate: 1 is 0.0001, 3 is 0.001, 5 is 0.01, 7 is 0.1, 9 is 1',
    leftLabel: 'test accuracy, %',
    series: shown.map((name) => ({ name, values: swept[name] })),
  });
  return best;
}

async function compareBatches() {
  const sizes = [8, 32, 128, 512];
  const lines = [];
  for (const name of ['momentum', 'adam']) {
    const swept = {};
    for (const batchSize of sizes) {
      const runs = await sweep(optimizers[name], { batchSize, seeds: seeds.slice(0, 1) });
      const accuracies = runs.map(mean);
      swept[batchSize] = accuracies;
      const best = bestOf(accuracies);
      const steps = epochs * Math.ceil(rows / batchSize);
      const cells = [String(batchSize), String(steps), rateText(rates[best])];
      lines.push([`\`${name}\``, ...cells, text(accuracies[best])]);
    }
    figure(`batches-${name}`, {
      title: `Accuracy of ${name} by learning rate, at four batch sizes`,
      xLabel: 'learning rate: 1 is 0.0001, 3 is 0.001, 5 is 0.01, 7 is 0.1, 9 is 1',
      leftLabel: 'test accuracy, %',
      series: sizes.map((size) => ({ name: `${size} rows`, values: swept[size] })),
    });
  }
  table('batches', ['optimizer', 'batch', 'steps', 'best rate', 'accuracy %'], lines);
}

async function compareSchedules(best) {
  const length = 8;
  const steps = length * Math.ceil(rows / 32);
  const kinds = {
    constant: (rate) => rate,
    stepDecay: (initial) => schedule.stepDecay({ initial, factor: 0.5, every: steps / 4 }),
    cosine: (initial) => schedule.cosine({ initial, steps }),
    'warmup, cosine': (initial) => {
      const warm = Math.round(steps / 20);
      return schedule.warmup({
        steps: warm,
        into: schedule.cosine({ initial, steps: steps - warm }),
      });
    },
    oneCycle: (peak) => schedule.oneCycle({ peak, steps }),
  };
  const lines = [];
  for (const name of ['momentum', 'adam'])
    for (const scale of [1, 3])
      for (const [kind, make] of Object.entries(kinds)) {
        const accuracies = [];
        for (const seed of seeds) {
          const optimizer = optimizers[name](make(scale * best[name]));
          accuracies.push(await accuracyOf(optimizer, { seed, length }));
        }
        const cells = [rateText(scale * best[name]), kind, text(mean(accuracies))];
        lines.push([`\`${name}\``, ...cells, spread(accuracies)]);
      }
  table('schedules', ['optimizer', 'rate', 'schedule', 'accuracy %', 'three seeds'], lines);
}

/** Returns the logarithm of the training loss after each pass over the data. */
async function compareFullBatch(best) {
  const passes = 40;
  const series = [];
  const lines = [];
  const finish = async (name, trainer, losses) => {
    const { accuracy } = await trainer.evaluate(test);
    const { loss } = await trainer.evaluate(train);
    lines.push([name, loss.toExponential(1), text(100 * accuracy)]);
    series.push({ name, values: losses.slice(0, passes).map(Math.log10) });
    trainer.dispose();
  };
  for (const method of [optim.lbfgs(), optim.gradientDescent()]) {
    const trainer = makeTrainer(optim.sgd());
    const controller = new globalThis.AbortController();
    const losses = [];
    await trainer.minimize(train, method, {
      iterations: passes,
      signal: controller.signal,
      onIteration: ({ evaluations, value }) => {
        while (losses.length < evaluations) losses.push(value);
        if (evaluations >= passes) controller.abort();
      },
    });
    await finish(method.kind, trainer, losses);
  }
  for (const name of ['momentum', 'adam']) {
    const trainer = makeTrainer(optimizers[name](best[name]));
    const given = { epochs: passes, batchSize: 32, validation: train };
    const { epochs: records } = await trainer.fit(train, given);
    const losses = records.map((record) => record.validation.loss);
    await finish(`${name}, batches of 32`, trainer, losses);
  }
  table('full', ['method', `training loss after ${passes} passes`, 'test accuracy %'], lines);
  figure('full', {
    title: 'Training loss by passes over the data',
    xLabel: 'passes: gradients of all 10,000 digits, at once or in batches',
    leftLabel: 'log10 of the mean loss',
    series,
  });
}

/** Returns the page with its table behind each `<!-- numbers: NAME -->`. */
function withTables(markdown) {
  return markdown.replace(
    /(<!-- numbers: (\w+) -->\n)[^]*?(?=<!-- end -->)/g,
    (_, marker, name) => `${marker}\n${tables[name]}\n\n`,
  );
}

function fail(reason) {
  console.error(`guide: ${reason}`);
  process.exitCode = 1;
}

/** Compares the row of one optimizer in the first table, and its column in the second. */
async function checkOptimizer(name) {
  const { line, accuracies } = await ratesOf(name);
  const lines = readFileSync(page, 'utf8').split('\n');
  if (!lines.includes(row(line))) fail(`the page has no row ${row(line)}`);
  const cells = lines.map((each) => each.split('|').map((cell) => cell.trim()));
  const column = cells.find(([, first]) => first === 'rate').indexOf(`\`${name}\``);
  rates.forEach((rate, i) => {
    const found = cells.find(([, first]) => first === rateText(rate))?.[column];
    if (found !== text(accuracies[i]))
      fail(`${name} at ${rateText(rate)}: ${text(accuracies[i])}, the page has ${found}`);
  });
}

/** Makes all numbers, and writes them or compares them with the page. */
async function makeAll(checks) {
  const best = await compareRates();
  await compareBatches();
  await compareSchedules(best);
  await compareFullBatch(best);
  const before = readFileSync(page, 'utf8');
  const after = withTables(before);
  if (checks) {
    if (after !== before)
      fail('the numbers of docs/choosing-an-optimizer.md are others; run node script/guide.mjs');
    return;
  }
  mkdirSync(figures, { recursive: true });
  for (const [name, svg] of Object.entries(drawings))
    writeFileSync(new URL(`choosing-${name}.svg`, figures), svg);
  writeFileSync(page, after);
}

const { values, positionals } = parseArgs({
  options: { check: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !Object.hasOwn(optimizers, name));
const started = performance.now();
if (unknown !== undefined || (positionals.length > 0 && !values.check))
  fail(`use --check with some of ${Object.keys(optimizers).join(', ')}, or none`);
else if (positionals.length > 0) for (const name of positionals) await checkOptimizer(name);
else await makeAll(values.check);
console.log(`guide: ${((performance.now() - started) / 1000).toFixed(0)} s on ${device}`);
