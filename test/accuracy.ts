// How large an error may be (DESIGN.md, Accuracy): relative to |x| * |w|, 5e-7 in float32 and 1e-14 in float64 at 2^22, growing
// with the logarithm of the transform's length as an FFT's error does. Below 2^11 a handful of roundings decide.
import type { Plan } from "../src/plan/plan.js";

const atFourMillion = { f32: 5e-7, f64: 1e-14 };

export function bound(precision: Plan["precision"], length: number): number {
  return atFourMillion[precision] * Math.max(0.5, Math.log2(length) / 22);
}
