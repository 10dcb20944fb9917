/**
 * Predicts rows of a network of 784, 128 and 10 units, and answers 100 clients of an HTTP server. The clients
 * and the server share a process, so the times of the server include those of the clients.
 */
import { once } from 'node:events';
import { Agent, type Server, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Predictor, Trainer, data, nn, optim } from '../src/index.js';
import type { Contestant, Runner, Workload } from './harness.js';
import { tfjsContestant } from './peers/tfjs.js';

const features = 784;
const row = Float32Array.from({ length: features }, (_, i) => Math.abs(Math.sin(i)));
const model = nn.sequential(
  { input: [features] },
  nn.dense(128, { activation: 'relu' }),
  nn.dense(10),
);

const makeTrainer = (): Trainer =>
  new Trainer({ model, loss: 'softmaxCrossEntropy', optimizer: optim.adam(), device: 'cpu' });

/** Makes a contestant that calls a predictor. */
function withPredictor(name: string, call: (predictor: Predictor) => Runner['run']): Contestant {
  return {
    name,
    prepare: async () => {
      const trainer = makeTrainer();
      const predictor = await trainer.predictor();
      trainer.dispose();
      return {
        run: call(predictor),
        dispose: () => {
          predictor.dispose();
        },
      };
    },
  };
}

const trainerPredict: Contestant = {
  name: 'trainer.predict',
  prepare: () => {
    const trainer = makeTrainer();
    return {
      run: async () => {
        await trainer.predict(row);
      },
      dispose: () => {
        trainer.dispose();
      },
    };
  },
};

const clients = 100;
const requestsOfClient = 20;

/** Asks once, and returns the milliseconds until the answer. */
async function ask(port: number, agent: Agent, body: string): Promise<number> {
  const start = performance.now();
  const asked = request({ port, agent, method: 'POST' });
  asked.end(body);
  const [answer] = (await once(asked, 'response')) as [
    NodeJS.ReadableStream & { statusCode: number },
  ];
  answer.resume();
  await once(answer, 'end');
  if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}`);
  return performance.now() - start;
}

function serve(predictor: Predictor): Server {
  return createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const bytes = new Uint8Array(Buffer.concat(parts));
      void predictor.classify(bytes).then(([best]) => response.end(JSON.stringify(best)));
    });
  }).listen(0);
}

/** Returns the seconds at which a share of all requests is answered, by 100 clients that ask in turns. */
async function latency(predictor: Predictor, share: number): Promise<number> {
  const server = serve(predictor);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: clients });
  const body = 'x'.repeat(features);
  const times: number[] = [];
  const client = async (): Promise<void> => {
    for (let i = 0; i < requestsOfClient; i++) times.push(await ask(port, agent, body));
  };
  await Promise.all(Array.from({ length: clients }, client));
  agent.destroy();
  server.close();
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length * share)]! / 1e3;
}

/** Trains another network as long as the body runs. */
async function whileTraining<T>(body: () => Promise<T>): Promise<T> {
  using trainer = makeTrainer();
  const rows = 10_000;
  using train = data.fromArrays({
    inputs: new Float32Array(rows * features).fill(0.5),
    shape: [rows, features],
    labels: new Int32Array(rows),
  });
  const controller = new AbortController();
  const run = trainer.fit(train, { epochs: 10_000, batchSize: 128, signal: controller.signal });
  try {
    return await body();
  } finally {
    controller.abort();
    await run;
  }
}

const server = (name: string, share: number, around: typeof whileTraining): Workload => ({
  name: `serve-${clients}-clients-${name}-p${share * 100}`,
  unit: 'ms',
  scale: 1e3,
  rounds: 5,
  contestants: [
    withPredictor('thalweg', (predictor) => () => around(() => latency(predictor, share))),
  ],
});

export const workloads: Workload[] = [
  {
    name: 'predict-row',
    unit: 'µs',
    scale: 1e6,
    rounds: 30,
    repeat: 200,
    contestants: [
      withPredictor('thalweg', (predictor) => () => void predictor.predictSync(row)),
      withPredictor('classifySync', (predictor) => () => void predictor.classifySync(row)),
      withPredictor('await predict', (predictor) => async () => {
        await predictor.predict(row);
      }),
      trainerPredict,
      { ...tfjsContestant('tfjs-node', 'predictRow', {}), repeat: 50 },
      { ...tfjsContestant('tfjs', 'predictRow', {}), repeat: 10 },
    ],
  },
  {
    name: 'predict-1000-calls-at-once',
    unit: 'µs/call',
    scale: 1e3,
    rounds: 9,
    contestants: [
      withPredictor('thalweg', (predictor) => async () => {
        await Promise.all(Array.from({ length: 1000 }, () => predictor.predict(row)));
      }),
    ],
  },
  server('idle', 0.5, (body) => body()),
  server('idle', 0.99, (body) => body()),
  server('while-training', 0.5, whileTraining),
  server('while-training', 0.99, whileTraining),
];
