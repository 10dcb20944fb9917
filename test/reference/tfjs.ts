/**
 * Loads the reference implementation: tfjs-node-gpu where script/bootstrap could install it,
 * otherwise tfjs with its own `cpu` backend. Both have the same TypeScript optimizers.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';

export type Tfjs = typeof tfjs;

export interface Reference {
  readonly tf: Tfjs;
  /** The loaded package: `tfjs-node-gpu`, or the fallback `tfjs`. */
  readonly package: 'tfjs-node-gpu' | 'tfjs';
}

const require = createRequire(join(process.cwd(), 'package.json'));
let loaded: Promise<Reference> | undefined;

/** Loads the reference once a process, and says in one line which one it is. */
export function loadReference(): Promise<Reference> {
  return (loaded ??= load());
}

async function load(): Promise<Reference> {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
  try {
    const tf = require('@tensorflow/tfjs-node-gpu') as Tfjs;
    await tf.ready();
    report(`tfjs-node-gpu ${tf.version['tfjs-core'] ?? ''}, backend ${tf.getBackend()}`);
    return { tf, package: 'tfjs-node-gpu' };
  } catch (error) {
    const tf = require('@tensorflow/tfjs') as Tfjs;
    await tf.setBackend('cpu');
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    report(`tfjs, backend ${tf.getBackend()}; tfjs-node-gpu is absent (${reason})`);
    return { tf, package: 'tfjs' };
  }
}

function report(text: string): void {
  process.stderr.write(`reference: ${text}\n`);
}
