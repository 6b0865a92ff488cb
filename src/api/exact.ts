// Integers convolved with integers give exact results in float64, or an error. With S = min(max|x| Σ|w|, Σ|x| max|w|), no
// partial sum exceeds S, so S < 2^53 makes direct sums exact; and an FFT of length N, whose error is at most
// 4 eps log2(N) |x|_2 |w|_2, can be rounded to them while that is below 1/4.
import { HelixError } from "../errors.js";
import type { FloatArray, View } from "../ndarray.js";
import { copyElements, rowMajor, sizeOf } from "../ndarray.js";

const LIMIT = 2 ** 53;

interface Norms {
  max: number;
  sum: number;
  euclidean: number;
}

/** The largest N for which an FFT can be rounded; an error if not even direct sums are exact. */
export function exactLength(signal: View, kernel: View): number {
  const x = normsOf(signal);
  const w = normsOf(kernel);
  const largest = Math.min(x.max * w.sum, x.sum * w.max);
  if (largest >= LIMIT)
    throw new HelixError(
      "dtype",
      `integer arrays give exact results, which must stay below 2^53; sums of these may reach ${largest.toPrecision(3)}; convert one to Float64Array for a rounded result`,
      { expected: LIMIT, actual: largest },
    );
  return 2 ** Math.min(1023, 1 / (16 * Number.EPSILON * x.euclidean * w.euclidean));
}

/** Rounds a result to the integers that it stands for. */
export function roundToIntegers({ data, offset, shape }: View<FloatArray>): void {
  const end = offset + sizeOf(shape, "out");
  // + 0 turns the negative zeros of rounding into zeros.
  for (let i = offset; i < end; i++) data[i] = Math.round(data[i] as number) + 0;
}

function normsOf(view: View): Norms {
  const size = sizeOf(view.shape, "array");
  const values = new Float64Array(size);
  copyElements(view, { ...view, data: values, stride: rowMajor(view.shape), offset: 0 });
  let max = 0;
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    const magnitude = Math.abs(value);
    max = Math.max(max, magnitude);
    sum += magnitude;
    squares += magnitude * magnitude;
  }
  return { max, sum, euclidean: Math.sqrt(squares) };
}
