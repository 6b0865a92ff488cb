// The tight helix (docs/helix.md has the proof). With p = u(m-1) + v(n-1) + 1 the full extent of an axis and [lo, hi] its
// wanted window, a pitch and a length that keep every wanted output clean are
//
//   P_i = 1 + max(hi_i, p_i - 1 - lo_i)        S_last = 1, S_i = S_(i+1) P_(i+1), φ(k) = Σ k_i S_i
//   N   = 1 + max(φ(hi), φ(p - 1 - lo))
//
// What wraps around lands only on outputs that are cropped, so a textbook's P = p, N = Π p is more than is needed.
import type { AxisPlan } from "./plan.js";

export interface Geometry {
  axes: AxisPlan[];
  outer: number;
  stride: number[];
  first: number;
  span: number;
  /** Helix position of the last tap of w. */
  reach: number;
  helix: number;
}

/** Winds all axes but the first `outer`. */
export function wind(trimmed: readonly Omit<AxisPlan, "pitch">[], outer = 0): Geometry {
  const axes = trimmed.map((axis) => ({ ...axis, pitch: 1 + Math.max(lastWanted(axis), lastFull(axis) - axis.lo) }));
  const stride = new Array<number>(axes.length).fill(0);
  for (let d = axes.length - 1, s = 1; d >= outer; d--) {
    const axis = axes[d] as AxisPlan;
    stride[d] = s;
    s *= axis.pitch;
  }
  const position = (index: (axis: AxisPlan) => number) =>
    axes.reduce((sum, axis, d) => sum + index(axis) * (stride[d] as number), 0);
  const first = position((axis) => axis.lo);
  const last = position(lastWanted);
  return {
    axes,
    outer,
    stride,
    first,
    span: last - first + 1,
    reach: position(({ v, w }) => v * (w.size - 1)),
    helix:
      1 +
      Math.max(
        last,
        position((axis) => lastFull(axis) - axis.lo),
      ),
  };
}

/** hi: the last wanted index of the full range. */
const lastWanted = ({ lo, step, out }: Omit<AxisPlan, "pitch">): number => lo + step * (out.size - 1);

/** p - 1: the last index of the full range. */
const lastFull = ({ u, v, x, w }: Omit<AxisPlan, "pitch">): number => u * (x.size - 1) + v * (w.size - 1);

/** The length by the textbook: every axis padded to its full extent. */
export const textbookLength = (axes: readonly AxisPlan[]): number =>
  axes.reduce((product, axis) => product * (lastFull(axis) + 1), 1);
