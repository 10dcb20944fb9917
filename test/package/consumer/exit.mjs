// Ends its process during training, with the exit status 7.
import process from 'node:process';
import { endless, makeTrainer, xor } from './xor.mjs';

await makeTrainer().fit(xor, {
  ...endless,
  onEvent({ type }) {
    if (type === 'epoch') process.exit(7);
  },
});
