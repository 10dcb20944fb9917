/** Methods that evaluate the whole objective at each step: their descriptions and search directions. */
import { checkNumber, checkOptions, wrongType } from '../../options.js';
import { propertyOf } from '../../values.js';
import { type Line, type Trial, type WolfeLimits, backtrack, wolfeSearch } from './line-search.js';

/** Options of {@link lbfgs}. */
export interface LbfgsOptions {
  /** The number of pairs of step and gradient change that are kept, 1 to 1000. Default 10. */
  readonly history?: number;
  /** c₁ of the strong Wolfe conditions, in (0, 1) and below `curvature`. Default 1e-4. */
  readonly decrease?: number;
  /** c₂ of the strong Wolfe conditions, in (0, 1). Default 0.9. */
  readonly curvature?: number;
  /** The most evaluations of one line search after its first, 1 to 1000. Default 25. */
  readonly searches?: number;
}

/** Options of {@link gradientDescent}. */
export interface GradientDescentOptions {
  /** Armijo's constant, in (0, 1). Default 1e-4. */
  readonly decrease?: number;
  /** The factor by which a step that is too long is shortened, in (0, 1). Default 0.5. */
  readonly shrink?: number;
  /** The next search starts from the last step times this factor, at least 1. Default 2. */
  readonly grow?: number;
  /** The most evaluations of one line search, 1 to 1000. Default 50. */
  readonly searches?: number;
}

/** A plain, serialisable description of a method for `optim.minimize` and `trainer.minimize`. */
export type FullBatchMethod = LbfgsMethod | GradientDescentMethod;

/** The description that {@link lbfgs} makes. */
export interface LbfgsMethod extends Required<LbfgsOptions> {
  /** The kind of method. */
  readonly kind: 'lbfgs';
}

/** The description that {@link gradientDescent} makes. */
export interface GradientDescentMethod extends Required<GradientDescentOptions> {
  /** The kind of method. */
  readonly kind: 'gradientDescent';
}

const unit = { min: 0, openMin: true, max: 1, openMax: true };
const count = { min: 1, max: 1000, integer: true };

/**
 * Limited-memory BFGS with a strong Wolfe line search (Nocedal and Wright, Numerical Optimization, algorithm
 * 7.4). It estimates the inverse Hessian from the last steps by the two-loop recursion. The absolute elements
 * of the first trial step add up to at most 1.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * await trainer.minimize(digits.train, optim.lbfgs({ history: 20 }), { iterations: 50 });
 */
export function lbfgs(options: LbfgsOptions = {}): FullBatchMethod {
  const path = 'lbfgs';
  checkOptions(path, options, ['kind', 'history', 'decrease', 'curvature', 'searches']);
  const curvature = checkNumber(`${path}.curvature`, options.curvature ?? 0.9, unit);
  return Object.freeze({
    kind: path,
    history: checkNumber(`${path}.history`, options.history ?? 10, count),
    decrease: checkNumber(`${path}.decrease`, options.decrease ?? 1e-4, {
      ...unit,
      max: curvature,
    }),
    curvature,
    searches: checkNumber(`${path}.searches`, options.searches ?? 25, count),
  });
}

/**
 * Gradient descent with a backtracking line search (Armijo 1966). It needs no learning rate, and every
 * step lowers the objective.
 *
 * @throws ThalwegError RANGE, TYPE, UNKNOWN_OPTION
 * @example
 * await optim.minimize(f, [0, 0], optim.gradientDescent());
 */
export function gradientDescent(options: GradientDescentOptions = {}): FullBatchMethod {
  const path = 'gradientDescent';
  checkOptions(path, options, ['kind', 'decrease', 'shrink', 'grow', 'searches']);
  return Object.freeze({
    kind: path,
    decrease: checkNumber(`${path}.decrease`, options.decrease ?? 1e-4, unit),
    shrink: checkNumber(`${path}.shrink`, options.shrink ?? 0.5, unit),
    grow: checkNumber(`${path}.grow`, options.grow ?? 2, { min: 1 }),
    searches: checkNumber(`${path}.searches`, options.searches ?? 50, count),
  });
}

/** Returns the method, whose options are checked again, because it may come from a file; throws TYPE for others. */
export function checkMethod(value: unknown): FullBatchMethod {
  const kind = propertyOf(value, 'kind');
  if (kind === 'lbfgs') return lbfgs(value as LbfgsOptions);
  if (kind === 'gradientDescent') return gradientDescent(value as GradientDescentOptions);
  throw wrongType(
    'method',
    kind ?? value,
    'optim.lbfgs() or optim.gradientDescent()',
    typeof kind === 'string' ? 'other optimizers are for Trainer and optim.bind' : '',
  );
}

/** Returns Σ aᵢ bᵢ, summed in order. */
export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; ++i) sum += a[i]! * b[i]!;
  return sum;
}

/** Returns the largest absolute value of the elements. */
export function largest(a: Float64Array): number {
  let most = 0;
  for (const value of a) most = Math.max(most, Math.abs(value));
  return most;
}

function addScaled(to: Float64Array, scale: number, from: Float64Array): void {
  for (let i = 0; i < to.length; ++i) to[i]! += scale * from[i]!;
}

/** A running method: its directions and line searches. */
interface Descent {
  /** Returns a direction in which the objective falls. */
  direction(gradient: Float64Array): Float64Array;
  search(line: Line, firstStep: number | undefined, change: number): Promise<Trial>;
  /** Takes in a step and the change of the gradient over it. */
  learn(step: Float64Array, change: Float64Array): void;
  /** Forgets all steps after a failed search. Returns false where the method knows none. */
  forget(): boolean;
}

/** L-BFGS with its pairs of step and gradient change, the oldest first. */
class LimitedMemory implements Descent {
  readonly #limits: LbfgsMethod;
  #pairs: { readonly s: Float64Array; readonly y: Float64Array; readonly rho: number }[] = [];
  #scale = 1;

  constructor(limits: LbfgsMethod) {
    this.#limits = limits;
  }

  direction(gradient: Float64Array): Float64Array {
    const d = gradient.map((g) => -g);
    const shares = this.#pairs.map(() => 0);
    for (let i = this.#pairs.length - 1; i >= 0; --i) {
      const { s, y, rho } = this.#pairs[i]!;
      shares[i] = dot(s, d) * rho;
      addScaled(d, -shares[i]!, y);
    }
    for (let i = 0; i < d.length; ++i) d[i]! *= this.#scale;
    this.#pairs.forEach(({ s, y, rho }, i) => {
      addScaled(d, shares[i]! - dot(y, d) * rho, s);
    });
    return d;
  }

  search(line: Line, firstStep: number | undefined, change: number): Promise<Trial> {
    const limits: WolfeLimits = { ...this.#limits, change };
    return wolfeSearch(line, this.#pairs.length > 0 ? 1 : (firstStep ?? 1), limits);
  }

  /** Ignores a pair without positive curvature, because directions could then ascend. */
  learn(step: Float64Array, change: Float64Array): void {
    const curvature = dot(change, step);
    if (!(curvature > 1e-10 * dot(step, step))) return;
    if (this.#pairs.length === this.#limits.history) this.#pairs.shift();
    this.#pairs.push({ s: step, y: change, rho: 1 / curvature });
    this.#scale = curvature / dot(change, change);
  }

  forget(): boolean {
    const had = this.#pairs.length > 0;
    this.#pairs = [];
    this.#scale = 1;
    return had;
  }
}

class SteepestDescent implements Descent {
  readonly #limits: GradientDescentMethod;
  #last: number | undefined;

  constructor(limits: GradientDescentMethod) {
    this.#limits = limits;
  }

  direction(gradient: Float64Array): Float64Array {
    return gradient.map((g) => -g);
  }

  async search(line: Line, firstStep: number | undefined): Promise<Trial> {
    const { grow } = this.#limits;
    const first = this.#last === undefined ? (firstStep ?? 1) : this.#last * grow;
    const found = await backtrack(line, first, this.#limits);
    this.#last = found.t > 0 ? found.t : undefined;
    return found;
  }

  learn(): void {
    // The method uses only the length of the last step, which `search` keeps.
  }

  forget(): boolean {
    return false;
  }
}

/** Starts a method that has taken no step. */
export function startDescent(method: FullBatchMethod): Descent {
  return method.kind === 'lbfgs' ? new LimitedMemory(method) : new SteepestDescent(method);
}
