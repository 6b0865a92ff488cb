// Whoever computes something else is not a rival: results are compared before anything is timed.
import type { FloatArray } from "helixconv";

/** |y - z|₂ / |z|₂; beyond it something else was computed. Direct float32 sums of 10^4 taps stay well below. */
const BOUND = { f32: 1e-5, f64: 1e-13 };

export function difference(y: FloatArray, z: FloatArray): number {
  if (y.length !== z.length) return Number.POSITIVE_INFINITY;
  let square = 0;
  let norm = 0;
  for (let i = 0; i < z.length; i++) {
    square += ((y[i] as number) - (z[i] as number)) ** 2;
    norm += (z[i] as number) ** 2;
  }
  return Math.sqrt(square / norm);
}

/** Throws unless two results agree. */
export function mustAgree(name: string, y: FloatArray, z: FloatArray, precision: "f32" | "f64"): void {
  const found = difference(y, z);
  if (!(found <= BOUND[precision]))
    throw new Error(
      `${name} must agree with helixconv to ${BOUND[precision]} of the result's norm before it is timed; they differ by ${found}`,
    );
}
