/** Joins calls into batches. Calls that arrive while a batch runs make up the next one. */
import { onAbort } from '../abort.js';
import { ThalwegError } from '../errors.js';
import type { NativePredictor } from '../native.js';

/** A call that waits for its outputs. */
interface Call {
  readonly inputs: Float32Array;
  readonly rows: number;
  readonly probabilities: boolean;
  /** The time of the call, in milliseconds. */
  readonly arrived: number;
  readonly resolve: (outputs: Float32Array) => void;
  readonly reject: (error: unknown) => void;
  /** Stops listening to the call's signal. */
  forget: () => void;
  isSettled: boolean;
}

/** The sizes of batches, and the time that a call may wait for others. */
interface BatcherOptions {
  /** The numbers of a row of inputs. */
  readonly features: number;
  /** The numbers of a row of outputs. */
  readonly outputs: number;
  /** The most rows of one pass. */
  readonly batchSize: number;
  /** The most milliseconds that a call waits for others while nothing runs. */
  readonly maxWait: number;
}

function aborted(cause: unknown): ThalwegError {
  const parts = { received: 'an abort', expected: 'an undisturbed call' };
  return new ThalwegError({ code: 'ABORTED', path: 'signal', ...parts }, { cause });
}

/** The calls of one predictor. */
export class Batcher {
  readonly #native: NativePredictor;
  readonly #options: BatcherOptions;
  #waiting: Call[] = [];
  #waitingRows = 0;
  #running: readonly Call[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isPlanned = false;

  constructor(native: NativePredictor, options: BatcherOptions) {
    this.#native = native;
    this.#options = options;
  }

  /**
   * Returns the outputs of whole rows, computed in one batch with the rows of other calls.
   *
   * @param inputs nobody may change them meanwhile
   * @throws ThalwegError (as a rejection) ABORTED where the signal fires first
   */
  call(inputs: Float32Array, probabilities: boolean, signal?: AbortSignal): Promise<Float32Array> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(aborted(signal.reason));
        return;
      }
      const rows = inputs.length / this.#options.features;
      const call: Call = {
        inputs,
        rows,
        probabilities,
        resolve,
        reject,
        isSettled: false,
        arrived: performance.now(),
        forget: () => undefined,
      };
      call.forget = onAbort(signal, () => {
        this.#abort(call, aborted(signal?.reason));
      });
      this.#waiting.push(call);
      this.#waitingRows += rows;
      this.#plan();
    });
  }

  /** Rejects all calls. */
  close(error: ThalwegError): void {
    clearTimeout(this.#timer);
    const calls = [...this.#waiting, ...(this.#running ?? [])];
    this.#waiting = [];
    this.#waitingRows = 0;
    for (const call of calls)
      settle(call, () => {
        call.reject(error);
      });
  }

  /** Lets a batch begin at its time: now where it is full or old enough. */
  #plan(): void {
    const [first] = this.#waiting;
    if (first === undefined || this.#running !== undefined || this.#isPlanned) return;
    const { batchSize, maxWait } = this.#options;
    const left = maxWait - (performance.now() - first.arrived);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (left > 0 && this.#waitingRows < batchSize) {
      this.#timer = setTimeout(() => {
        this.#plan();
      }, left);
      return;
    }
    // Calls of the same turn of the event loop join the batch.
    this.#isPlanned = true;
    queueMicrotask(() => {
      this.#isPlanned = false;
      void this.#run();
    });
  }

  /** Takes the oldest calls of one kind whose rows fit a batch, and at least one call. */
  #take(): readonly Call[] {
    const { batchSize } = this.#options;
    let rows = 0;
    const end = this.#waiting.findIndex((call, i) => {
      rows += call.rows;
      return i > 0 && (rows > batchSize || call.probabilities !== this.#waiting[0]!.probabilities);
    });
    const batch = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    this.#waitingRows -= batch.reduce((sum, call) => sum + call.rows, 0);
    return batch;
  }

  async #run(): Promise<void> {
    const batch = this.#take();
    if (batch.length === 0) return;
    this.#running = batch;
    const { batchSize, outputs: width } = this.#options;
    try {
      const inputs = batch.length === 1 ? batch[0]!.inputs : join(batch);
      const outputs = await this.#native.predict(inputs, batchSize, batch[0]!.probabilities);
      let at = 0;
      for (const call of batch) {
        const end = at + call.rows * width;
        const own = batch.length === 1 ? outputs : outputs.slice(at, end);
        settle(call, () => {
          call.resolve(own);
        });
        at = end;
      }
    } catch (error) {
      for (const call of batch)
        settle(call, () => {
          call.reject(error);
        });
    }
    this.#running = undefined;
    this.#plan();
  }

  /** Rejects one call. The batch under way is cancelled where nobody waits for it any more. */
  #abort(call: Call, error: ThalwegError): void {
    const at = this.#waiting.indexOf(call);
    if (at !== -1) {
      this.#waiting.splice(at, 1);
      this.#waitingRows -= call.rows;
    }
    settle(call, () => {
      call.reject(error);
    });
    const running = this.#running;
    if (running?.includes(call) === true && running.every(({ isSettled }) => isSettled))
      this.#native.cancel();
  }
}

/** Settles a call once, and stops listening to its signal. */
function settle(call: Call, body: () => void): void {
  if (call.isSettled) return;
  call.isSettled = true;
  call.forget();
  body();
}

/** Returns the inputs of all calls one after another. */
function join(calls: readonly Call[]): Float32Array {
  const joined = new Float32Array(calls.reduce((sum, { inputs }) => sum + inputs.length, 0));
  let at = 0;
  for (const { inputs } of calls) {
    joined.set(inputs, at);
    at += inputs.length;
  }
  return joined;
}
