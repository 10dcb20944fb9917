/**
 * Computes the update rules in float64, as the papers write them. It
 * shares nothing with the code under test.
 */

/** One parameter's state, by name; absent entries are 0. */
type State = Record<string, number>;
/** Returns the new weight; `t` counts from 1. */
type ElementRule = (w: number, g: number, t: number, state: State) => number;
/** Updates a tensor in place; `t` counts from 1, and `states` has one entry an element. */
export type OracleRule = (
  w: Float64Array,
  g: ArrayLike<number>,
  t: number,
  states: readonly State[],
) => void;

const get = (state: State, key: string): number => state[key] ?? 0;

export interface OracleOptions {
  readonly [name: string]: number | boolean | string | undefined;
}

type Factory = (o: Record<string, number> & OracleOptions, eta: number) => ElementRule;
type TensorFactory = (
  o: Record<string, number> & OracleOptions,
  eta: number,
) => (w: Float64Array, g: Float64Array, t: number, states: readonly State[]) => void;

function adamMoments(o: Record<string, number>, g: number, s: State): [number, number] {
  s['m'] = o['beta1']! * get(s, 'm') + (1 - o['beta1']!) * g;
  s['v'] = o['beta2']! * get(s, 'v') + (1 - o['beta2']!) * g * g;
  return [s['m'], s['v']];
}

/** The rules by `kind` of the optimizer's description; options are the description's. */
export const oracle: Readonly<Record<string, Factory>> = {
  sgd: (_, eta) => (w, g) => w - eta * g,
  momentum: (o, eta) => (w, g, _, s) => {
    const mu = o['momentum']!;
    const form = (o as OracleOptions)['form'];
    const v = get(s, 'v');
    if (form === 'displacement') {
      s['v'] = mu * v - eta * g;
      return w + s['v'];
    }
    s['v'] = mu * v + (form === 'averaged' ? 1 - mu : 1) * g;
    return w - eta * s['v'];
  },
  nesterov: (o, eta) => (w, g, _, s) => {
    s['v'] = o['momentum']! * get(s, 'v') + g;
    return w - eta * (g + o['momentum']! * s['v']);
  },
  adagrad: (o, eta) => (w, g, _, s) => {
    s['c'] = (s['c'] ?? o['initialAccumulator']!) + g * g;
    return w - (eta * g) / (Math.sqrt(s['c']) + o['epsilon']!);
  },
  rmsprop: (o, eta) => (w, g, _, s) => {
    const rho = o['decay']!;
    s['c'] = rho * get(s, 'c') + (1 - rho) * g * g;
    s['a'] = rho * get(s, 'a') + (1 - rho) * g;
    const variance = o['centered'] ? Math.max(0, s['c'] - s['a'] ** 2) : s['c'];
    s['b'] = o['momentum']! * get(s, 'b') + g / (Math.sqrt(variance) + o['epsilon']!);
    return w - eta * s['b'];
  },
  adadelta: (o, eta) => (w, g, _, s) => {
    const rho = o['decay']!;
    s['e'] = rho * get(s, 'e') + (1 - rho) * g * g;
    const u = (g * Math.sqrt(get(s, 'd') + o['epsilon']!)) / Math.sqrt(s['e'] + o['epsilon']!);
    s['d'] = rho * get(s, 'd') + (1 - rho) * u * u;
    return w - eta * u;
  },
  adam: (o, eta) => (w, g, t, s) => {
    const [m, v] = adamMoments(o, g, s);
    s['max'] = Math.max(get(s, 'max'), v);
    const used = o['amsgrad'] ? s['max'] : v;
    const corrected = o['biasCorrection'] as unknown as boolean;
    const mHat = corrected ? m / (1 - o['beta1']! ** t) : m;
    const vHat = corrected ? used / (1 - o['beta2']! ** t) : used;
    return w - (eta * mHat) / (Math.sqrt(vHat) + o['epsilon']!);
  },
  adamax: (o, eta) => (w, g, t, s) => {
    s['m'] = o['beta1']! * get(s, 'm') + (1 - o['beta1']!) * g;
    s['u'] = Math.max(o['beta2']! * get(s, 'u'), Math.abs(g));
    return w - ((eta / (1 - o['beta1']! ** t)) * s['m']) / (s['u'] + o['epsilon']!);
  },
  nadam: (o, eta) => (w, g, t, s) => {
    const [m, v] = adamMoments(o, g, s);
    const mu = (at: number): number => o['beta1']! * (1 - 0.5 * 0.96 ** (at * o['momentumDecay']!));
    s['product'] = (s['product'] ?? 1) * mu(t);
    const denominator = Math.sqrt(v / (1 - o['beta2']! ** t)) + o['epsilon']!;
    const next = w - ((eta * (1 - mu(t))) / (1 - s['product'])) * (g / denominator);
    return next - ((eta * mu(t + 1)) / (1 - s['product'] * mu(t + 1))) * (m / denominator);
  },
  radam: (o, eta) => (w, g, t, s) => {
    const [m, v] = adamMoments(o, g, s);
    const mHat = m / (1 - o['beta1']! ** t);
    const b2 = o['beta2']!;
    const limit = 2 / (1 - b2) - 1;
    const rho = limit - (2 * t * b2 ** t) / (1 - b2 ** t);
    if (rho <= 5) return w - eta * mHat;
    const r = Math.sqrt(((rho - 4) * (rho - 2) * limit) / ((limit - 4) * (limit - 2) * rho));
    const l = Math.sqrt(1 - b2 ** t) / (Math.sqrt(v) + o['epsilon']!);
    return w - eta * mHat * r * l;
  },
  lion: (o, eta) => (w, g, _, s) => {
    const u = Math.sign(o['beta1']! * get(s, 'm') + (1 - o['beta1']!) * g);
    s['m'] = o['beta2']! * get(s, 'm') + (1 - o['beta2']!) * g;
    return w - eta * u;
  },
};

const norm = (x: Float64Array): number => Math.sqrt(x.reduce((sum, each) => sum + each * each, 0));

/** Rules that look at whole tensors; they decay the weights themselves. */
const tensorOracle: Readonly<Record<string, TensorFactory>> = {
  lamb: (o, eta) => (w, g, t, states) => {
    const u = w.map((x, i) => {
      const [m, v] = adamMoments(o, g[i]!, states[i]!);
      const corrected = o['biasCorrection'] as unknown as boolean;
      const mHat = corrected ? m / (1 - o['beta1']! ** t) : m;
      const vHat = corrected ? v / (1 - o['beta2']! ** t) : v;
      return mHat / (Math.sqrt(vHat) + o['epsilon']!) + o['weightDecay']! * x;
    });
    const trust = norm(w) === 0 || norm(u) === 0 ? 1 : norm(w) / norm(u);
    u.forEach((x, i) => (w[i]! -= eta * trust * x));
  },
  lars: (o, eta) => (w, g, _, states) => {
    const beta = o['weightDecay']!;
    const trust =
      norm(w) === 0 || norm(g) === 0
        ? 1
        : (o['trustCoefficient']! * norm(w)) / (norm(g) + beta * norm(w));
    states.forEach((s, i) => {
      s['v'] = o['momentum']! * get(s, 'v') + eta * trust * (g[i]! + beta * w[i]!);
      w[i]! -= s['v'];
    });
  },
};

/** adamW is adam with decoupled decay; the decay is applied around the rule. */
export function oracleFor(
  description: { readonly kind: string; readonly learningRate: unknown } & object,
): OracleRule {
  const options = description as unknown as Record<string, number> & OracleOptions;
  const eta = description.learningRate as number;
  const l2 = options['l2']!;
  const decay = options['weightDecay']!;
  const kind = description.kind === 'adamW' ? 'adam' : description.kind;
  const ofTensor = tensorOracle[kind]?.(options, eta);
  if (ofTensor !== undefined)
    return (w, g, t, states) => {
      ofTensor(
        w,
        w.map((x, i) => g[i]! + l2 * x),
        t,
        states,
      );
    };
  const rule = oracle[kind]!(options, eta);
  return (w, g, t, states) => {
    w.forEach((x, i) => (w[i] = rule(x - eta * decay * x, g[i]! + l2 * x, t, states[i]!)));
  };
}
