// The error of a `same` convolution at sampled points against direct sums in float64:
// |y - y64|_2 / | (|x| * |w|) |_2 over the corners of the array and random points inside it.
import type { NdArray } from "helixconv";
import { Random } from "../test/random.js";

const POINTS = 400;

export function sampledError(x: NdArray, w: NdArray, y: NdArray): number {
  const random = new Random(7);
  const rank = x.shape.length;
  const corners = Array.from({ length: 2 ** rank }, (_, c) => x.shape.map((n, d) => ((c >> d) & 1) * (n - 1)));
  const inside = Array.from({ length: POINTS }, () => x.shape.map((n) => random.integer(0, n - 1)));
  let difference = 0;
  let magnitude = 0;
  for (const t of [...corners, ...inside]) {
    const exact = directSum(x, w, t);
    difference += ((y.data[flat(y.shape, t)] as number) - exact.sum) ** 2;
    magnitude += exact.magnitude ** 2;
  }
  return Math.sqrt(difference / magnitude);
}

/** Σ x[t + floor((n-1)/2) - j] w[j], and the same of absolute values. */
function directSum(x: NdArray, w: NdArray, t: number[]): { sum: number; magnitude: number } {
  const result = { sum: 0, magnitude: 0 };
  const walk = (d: number, xIndex: number, wIndex: number): void => {
    if (d === t.length) {
      const product = (x.data[xIndex] as number) * (w.data[wIndex] as number);
      result.sum += product;
      result.magnitude += Math.abs(product);
      return;
    }
    const [m, n] = [x.shape[d] as number, w.shape[d] as number];
    const last = (t[d] as number) + Math.floor((n - 1) / 2);
    for (let j = Math.max(0, last - m + 1); j < n && j <= last; j++) walk(d + 1, xIndex * m + last - j, wIndex * n + j);
  };
  walk(0, 0, 0);
  return result;
}

const flat = (shape: readonly number[], index: number[]): number =>
  index.reduce((sum, i, d) => sum * (shape[d] as number) + i, 0);
