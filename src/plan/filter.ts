// A filter on strips, as pure data: what a backend executes, whatever the rank that it came from.
//
//   apply:   y[t] = a0 (x[t] + Σ a_k x[t - lag_k])
//   divide:  y[t] = x[t] / a0 - Σ a_k y[t - lag_k]        zero before a strip and behind it
//
// or the adjoint (conjugate transpose) of either: y[t] = a0 (x[t] + Σ conj(a_k) x[t + lag_k]), and the division that undoes it, backwards.

export interface Tap {
  /** Elements along the strip, at least 1. */
  lag: number;
  re: number;
  im: number;
}

export interface FilterPlan {
  kind: "apply" | "divide";
  adjoint: boolean;
  precision: "f32" | "f64";
  /** Of the results; complex numbers are one element. */
  field: "real" | "complex";
  /** Strips of `length` elements, one behind the other. */
  strips: number;
  length: number;
  a0: number;
  taps: readonly Tap[];
  /** The most threads. A strip is one thread's work. */
  threads: number;
}
