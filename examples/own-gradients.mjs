// Moves two numbers by gradients that the program computes: least squares y = a x + b.
import { optim } from 'thalweg';

const slope = Float32Array.of(0);
const intercept = Float32Array.of(0);
const stepper = optim.bind(optim.adamW({ learningRate: 0.05, weightDecay: 0 }), {
  slope,
  intercept,
});

const xs = Float32Array.from({ length: 100 }, (_, i) => i / 50 - 1);
const ys = xs.map((x) => 3 * x - 0.5);
for (let step = 0; step < 500; step++) {
  let da = 0;
  let db = 0;
  xs.forEach((x, i) => {
    const error = slope[0] * x + intercept[0] - ys[i];
    da += (2 * error * x) / xs.length;
    db += (2 * error) / xs.length;
  });
  stepper.step({ slope: Float32Array.of(da), intercept: Float32Array.of(db) });
}
console.log(`y = ${slope[0].toFixed(3)} x + ${intercept[0].toFixed(3)}   (true: 3 x - 0.5)`);
stepper.dispose();
