// Filters on strips, straight from the formulas of plan/filter.ts, in float64.
import { type FloatArray, isComplex, type View } from "../../ndarray.js";
import type { FilterPlan } from "../../plan/filter.js";

/** y ← the filter of each strip of x, both without gaps; returns the largest part of a number in y, NaN if one is. */
export function filterStrips(plan: FilterPlan, x: View, y: View<FloatArray>): number {
  let peak = 0;
  for (let strip = 0; strip < plan.strips; strip++) {
    const { re, im } = filterStrip(plan, x, x.offset + strip * plan.length);
    const first = y.offset + strip * plan.length;
    const parts = plan.field === "complex" ? 2 : 1;
    for (let t = 0; t < plan.length; t++) {
      y.data[parts * (first + t)] = re[t] as number;
      if (parts === 2) y.data[2 * (first + t) + 1] = im[t] as number;
      peak = Math.max(peak, Math.abs(re[t] as number), Math.abs(im[t] as number));
    }
  }
  return peak;
}

interface Strip {
  re: Float64Array;
  im: Float64Array;
}

function filterStrip({ kind, adjoint, length, a0, taps }: FilterPlan, x: View, first: number): Strip {
  const y: Strip = { re: new Float64Array(length), im: new Float64Array(length) };
  const parts = isComplex(x.dtype) ? 2 : 1;
  const conj = adjoint ? -1 : 1;
  for (let k = 0; k < length; k++) {
    // The adjoint is the filter with conjugate weights on the strip read backwards.
    const t = adjoint ? length - 1 - k : k;
    const xRe = (i: number) => x.data[parts * (first + i)] as number;
    const xIm = (i: number) => (parts === 2 ? (x.data[2 * (first + i) + 1] as number) : 0);
    let [re, im] = kind === "apply" ? [xRe(t), xIm(t)] : [xRe(t) / a0, xIm(t) / a0];
    for (const tap of taps) {
      if (tap.lag > k) continue;
      const s = t - conj * tap.lag;
      const [sRe, sIm] = kind === "apply" ? [xRe(s), xIm(s)] : [-(y.re[s] as number), -(y.im[s] as number)];
      // Zero imaginary weights meet nothing, so that an infinity stays one.
      re += tap.re * sRe - (tap.im === 0 ? 0 : conj * tap.im * sIm);
      im += tap.re * sIm + (tap.im === 0 ? 0 : conj * tap.im * sRe);
    }
    y.re[t] = kind === "apply" ? a0 * re : re;
    y.im[t] = kind === "apply" ? a0 * im : im;
  }
  return y;
}
