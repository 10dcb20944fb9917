/**
 * Runs under test/native/starve.cc: makes allocations of the addon fail, one after another, while
 * it calls everything that a program can call. Each failure must be MEMORY and leave everything as
 * it was, or as it is after some whole steps. Prints its findings as JSON.
 *   STARVE_FILE=orders STARVE_STRIDE=n STARVE_SEED=s STARVE_DEVICE=cpu node test/hazards/starved.mjs
 * STARVE_ONLY=name runs one scenario.
 */
import { closeSync, openSync, readFileSync, readSync, rmSync, writeSync } from 'node:fs';
import { scenarios } from './starved-scenarios.mjs';
import { folder } from './starved-trainer.mjs';

const stride = Number(process.env.STARVE_STRIDE ?? 1);
let seed = Number(process.env.STARVE_SEED ?? 1);

// ---- orders to the preloaded library

const orders = openSync(process.env.STARVE_FILE, 'r+');
function write(place, ...values) {
  writeSync(orders, BigInt64Array.from(values, BigInt), 0, 8 * values.length, 8 * place);
}
function read(place) {
  const value = new BigInt64Array(1);
  readSync(orders, value, 0, 8, 8 * place);
  return Number(value[0]);
}
const [armed, countdown, failed, ranges] = [0, 1, 3, 4];

/** Returns the place of a library's code. */
function codeOf(name) {
  const line = readFileSync('/proc/self/maps', 'utf8')
    .split('\n')
    .find((each) => each.includes(name) && each.split(' ')[1].includes('x'));
  return line === undefined
    ? [0, 0]
    : line
        .split(' ')[0]
        .split('-')
        .map((end) => `0x${end}`);
}

/** Makes the n-th allocation fail, and with `persistent` all after it. */
function starve(n, persistent) {
  write(countdown, n, persistent ? 1 : 0, 0);
  write(armed, 1);
}
/** Ends the failures, and returns how many there were. */
function feed() {
  write(armed, 0);
  return read(failed);
}

// ---- one allocation after another

/** Runs the scenario with its n-th allocation failing; returns how many failed, or the fault. */
async function attempt(scenario, prepared, n, persistent) {
  const subject = scenario.open();
  let error;
  starve(n, persistent);
  try {
    await scenario.act(subject, prepared);
  } catch (thrown) {
    error = thrown;
  }
  const failures = feed();
  try {
    if (error !== undefined && error.code !== 'MEMORY') throw error;
    if (failures > 0) await scenario.verify(subject, prepared, error);
  } catch (wrong) {
    const kind = persistent ? 'from there on' : 'alone';
    const what = `${wrong.code ?? wrong.name}: ${wrong.message}`;
    throw new Error(`${scenario.name}, allocation ${n} failing ${kind}: ${what}`, { cause: wrong });
  }
  scenario.close(subject);
  return { failures, refused: error !== undefined };
}

const report = [];
write(ranges, ...codeOf('libstdc++'), ...codeOf('/thalweg.node'));
const { STARVE_ONLY: only } = process.env;
for (const scenario of scenarios.filter(({ name }) => only === undefined || name === only)) {
  const prepared = await scenario.prepare();
  let [allocations, refused] = [0, 0];
  for (const persistent of [false, true]) {
    seed = (seed * 1103515245 + 12345) % 2 ** 31;
    for (let n = 1 + (seed % stride); ; n += stride) {
      const outcome = await attempt(scenario, prepared, n, persistent);
      if (outcome.failures === 0) break;
      allocations = Math.max(allocations, n);
      refused += outcome.refused;
    }
  }
  report.push({ name: scenario.name, allocations, refused });
}
closeSync(orders);
rmSync(folder, { recursive: true, force: true });
console.log(JSON.stringify(report));
