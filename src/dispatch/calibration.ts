// How fast a backend works: rates by which dispatch turns counted operations into time.
import type { BackendInfo } from "../backends/backend.js";
import type { Plan } from "../plan/plan.js";

/** Operations a second of each kind of plan, bytes a second, and the seconds that a transform, and a whole run, cost whatever they do. */
export interface Rates {
  spectral: number;
  strip: number;
  rows: number;
  bandwidth: number;
  call: number;
  overhead: number;
}

/** For float32, on one core at about 4 GHz: `npm run bench` prints what they predict beside what it measures. */
const simd: Rates = { spectral: 33e9, strip: 33e9, rows: 2e9, bandwidth: 25e9, call: 6e-6, overhead: 20e-6 };
const scalar: Rates = { spectral: 7e9, strip: 5e9, rows: 2e9, bandwidth: 10e9, call: 6e-6, overhead: 20e-6 };
const js: Rates = { spectral: 0.25e9, strip: 0.07e9, rows: 0.07e9, bandwidth: 2e9, call: 2e-6, overhead: 5e-6 };

export type Calibration = (backend: BackendInfo, plan: Plan) => Rates;

export const defaultRates: Calibration = ({ name, simd: hasSimd }, { precision }) => {
  if (name === "js") return js;
  if (!hasSimd) return scalar;
  // A vector holds half as many float64 numbers.
  return precision === "f32" ? simd : { ...simd, spectral: simd.spectral / 2, strip: simd.strip / 2 };
};

/** A pass takes so many times as long as its plan does alone: it has few taps, and finds in the cache what the pass before needed. */
const PASS = 1.4;

/** Predicted seconds of a plan on a backend, with so many threads: copies are one thread's work. */
export function predict({ run, cost }: Plan, rates: Rates, threads = 1): number {
  if (run.kind === "separable")
    return PASS * run.passes.reduce((sum, pass) => sum + predict(pass, rates, Math.min(pass.threads, threads)), 0);
  const { flops, traffic, copied, calls, tasks } = cost;
  const sums = run.kind === "zero" ? 0 : flops / rates[run.kind];
  // The last task of a phase may keep one thread busy while the others wait.
  const rounds = Math.ceil(tasks / threads) / tasks;
  return (
    rates.overhead +
    copied / rates.bandwidth +
    (sums + (traffic - copied) / rates.bandwidth + calls * rates.call) * rounds
  );
}
