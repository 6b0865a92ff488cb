// The error of a large convolution at sampled points against direct sums in float64:
// |y - y64|_2 / | (|x| * |w|) |_2 over the corners of the array and random points inside it.
import type { NdArray } from "../src/index.js";
import { Random } from "./random.js";

const POINTS = 400;

/** Of a real convolution in mode "full" or "same", y, of dense row-major arrays. */
export function sampledError(x: NdArray, w: NdArray, y: NdArray, mode: "full" | "same"): number {
  const random = new Random(7);
  const rank = y.shape.length;
  const corners = Array.from({ length: 2 ** rank }, (_, c) => y.shape.map((n, d) => ((c >> d) & 1) * (n - 1)));
  const inside = Array.from({ length: POINTS }, () => y.shape.map((n) => random.integer(0, n - 1)));
  let difference = 0;
  let magnitude = 0;
  for (const t of [...corners, ...inside]) {
    const start = w.shape.map((n) => (mode === "same" ? Math.floor((n - 1) / 2) : 0));
    const exact = directSum(
      x,
      w,
      t.map((i, d) => i + (start[d] as number)),
    );
    difference += ((y.data[flat(y.shape, t)] as number) - exact.sum) ** 2;
    magnitude += exact.magnitude ** 2;
  }
  return Math.sqrt(difference / magnitude);
}

/** Σ x[k - j] w[j], and the same of absolute values. */
function directSum(x: NdArray, w: NdArray, k: number[]): { sum: number; magnitude: number } {
  const result = { sum: 0, magnitude: 0 };
  const walk = (d: number, xIndex: number, wIndex: number): void => {
    if (d === k.length) {
      const product = (x.data[xIndex] as number) * (w.data[wIndex] as number);
      result.sum += product;
      result.magnitude += Math.abs(product);
      return;
    }
    const [m, n] = [x.shape[d] as number, w.shape[d] as number];
    const last = k[d] as number;
    for (let j = Math.max(0, last - m + 1); j < n && j <= last; j++) walk(d + 1, xIndex * m + last - j, wIndex * n + j);
  };
  walk(0, 0, 0);
  return result;
}

const flat = (shape: readonly number[], index: number[]): number =>
  index.reduce((sum, i, d) => sum * (shape[d] as number) + i, 0);
