// Pointwise work on arrays of groups: products of spectra, and the measure that the guard reads.
import { add, broadcast, Complex, GROUP, magnitude } from "./complex";

/** y ← x · w, point by point. */
export function multiply(y: usize, x: usize, w: usize, bytes: usize): void {
  for (const end = y + bytes; y < end; y += GROUP, x += GROUP, w += GROUP) (Complex.load(x) * Complex.load(w)).store(y);
}

/** y ← y + x · w, point by point. */
export function multiplyAdd(y: usize, x: usize, w: usize, bytes: usize): void {
  for (const end = y + bytes; y < end; y += GROUP, x += GROUP, w += GROUP) {
    (Complex.load(y) + Complex.load(x) * Complex.load(w)).store(y);
  }
}

/** Σ |x_i| over the reals of whole groups: NaN or infinite if any of them is, and the bound of any sum of them. */
export function sumOfMagnitudes(x: usize, bytes: usize): f64 {
  let total: f64 = 0;
  for (const end = x + bytes; x < end; ) {
    // Float32 sums of at most 1024 groups, so that rounding stays small.
    let even = broadcast(0);
    let odd = broadcast(0);
    for (const stop = min(end, x + 1024 * GROUP); x < stop; x += GROUP) {
      even = add(even, magnitude(load<Vector>(x)));
      odd = add(odd, magnitude(load<Vector>(x, sizeof<Vector>())));
    }
    total += sumOfLanes(add(even, odd));
  }
  return total;
}

function sumOfLanes(a: Vector): f64 {
  if (!isVector<Vector>()) return <f64>a;
  if (sizeof<Real>() === 8) return v128.extract_lane<f64>(a, 0) + v128.extract_lane<f64>(a, 1);
  return (
    <f64>v128.extract_lane<f32>(a, 0) +
    <f64>v128.extract_lane<f32>(a, 1) +
    <f64>v128.extract_lane<f32>(a, 2) +
    <f64>v128.extract_lane<f32>(a, 3)
  );
}
