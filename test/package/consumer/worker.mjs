// Trains in a worker thread: to the end, and prints the hash; or without end, and says that it has
// begun.
import { parentPort, workerData } from 'node:worker_threads';
import { endless, hash, makeTrainer, options, xor } from './xor.mjs';

const trainer = makeTrainer();
let told = false;
await trainer.fit(xor, {
  ...(workerData.endless ? endless : options),
  onEvent({ type }) {
    if (type !== 'epoch' || told || !workerData.endless) return;
    told = true;
    parentPort.postMessage('begun');
  },
});
parentPort.postMessage(hash(trainer));
trainer.dispose();
