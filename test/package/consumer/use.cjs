// Uses the package from CommonJS.
const { ThalwegError, optim } = require('thalweg');

const weight = Float32Array.of(1);
optim.bind(optim.sgd({ learningRate: 1 }), { weight }).step({ weight: Float32Array.of(0.25) });
if (weight[0] !== 0.75) throw new Error(`a step of gradient descent gave ${weight[0]}`);
let refused;
try {
  optim.adam({ beta1s: 1 });
} catch (error) {
  refused = error;
}
if (!(refused instanceof ThalwegError && refused.code === 'UNKNOWN_OPTION'))
  throw new Error(`an unknown option was answered with ${refused}`);
console.log('ok CommonJS');
