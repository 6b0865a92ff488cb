// The one primitive that every operation reduces to, in any number of axes d:
//
//   out[b,g,o,t] = Σ_c ( x[b,g,c] dilated by u  *  w[g,o,c] dilated by v ) [lo + step·t]        0 ≤ t < count
//
// zero outside the full range; * is linear convolution: (x * w)[k] = Σ over u·i + v·j = k of x[i] w[j], axis by axis.
// b (batch), g (group), o (output channel) and c (input channel) are roles that axes of the caller's arrays play.
import type { FloatArray, View } from "../ndarray.js";

/** One convolved axis: x has `x` samples, `u` apart; w has `w` samples, `v` apart; `count` outputs are wanted. */
export interface Axis {
  x: number;
  w: number;
  u: number;
  v: number;
  lo: number;
  step: number;
  count: number;
}

export interface Problem {
  precision: "f32" | "f64";
  field: "real" | "complex";
  /** Whether an operand is conjugated. */
  conj: { x: boolean; w: boolean };
  batch: number;
  groups: number;
  cin: number;
  cout: number;
  axes: Axis[];
}

/**
 * An array in its role: element offsets of each index of each role, and a stride for each convolved axis. A slice starts at
 * batch + group + channel; `batch` includes the view's own offset. Of x, `batch` is b and `channel` is c; of w, o and c; of out, b and o.
 */
export interface Operand<V extends View = View> {
  view: V;
  batch: readonly number[];
  group: readonly number[];
  channel: readonly number[];
  stride: readonly number[];
  /** Of a kernel that is an outer product, where it has been looked for: the kernel of each pass (plan/passes.ts). */
  factors?: readonly Operand[];
}

/** An operation in terms of the primitive. The problem is pure data; the three functions give arrays their roles. */
export interface Reduction {
  problem: Problem;
  outShape: number[];
  x(view: View): Operand;
  w(view: View): Operand;
  out<V extends View>(view: V): Operand<V>;
  /** Whether x is a copy, with what lies beyond its edges (extension.ts). */
  extended?: true;
  /** Where what is computed is the gradient of an extension of the result (extension.ts): its shape, and what adds it to the result's zeros. */
  folded?: Folded;
}

export interface Folded {
  shape: number[];
  fold(computed: View<FloatArray>, result: View<FloatArray>): void;
}

/** How many of an operand's elements there are. */
export const signalSize = ({ batch, groups, cin, axes }: Problem): number =>
  axes.reduce((n, axis) => n * axis.x, batch * groups * cin);
export const kernelSize = ({ groups, cout, cin, axes }: Problem): number =>
  axes.reduce((n, axis) => n * axis.w, groups * cout * cin);
export const outSize = ({ batch, groups, cout, axes }: Problem): number =>
  axes.reduce((n, axis) => n * axis.count, batch * groups * cout);
