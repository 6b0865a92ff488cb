// Random filters and data, and what operators and their adjoints are tested with.
import type { HelixFilter } from "../../src/filter/index.js";
import type { Dtype, FloatArray, NdArray } from "../../src/ndarray.js";
import { rowMajor } from "../../src/ndarray.js";
import type { Random } from "../random.js";

export interface Problem {
  filter: HelixFilter;
  shape: number[];
  /** The number of the first axes that are a batch. */
  batch: number;
}

/** A filter of rank 1 to 6, at times of data with a batch; with Σ |a_j| < 1 if it is to be of minimum phase. */
export function randomProblem(random: Random, minimumPhase: boolean, complex: boolean): Problem {
  const rank = random.integer(1, 6);
  const batch = random.chance(0.3) ? 1 : 0;
  const most = Math.max(3, Math.round(600 ** (1 / (rank + batch))));
  const shape = Array.from({ length: rank + batch }, () => random.integer(2, most));
  const axes = shape.slice(batch);
  const stride = rowMajor(axes);
  const offsets: number[][] = [];
  for (let wanted = random.integer(1, 12); offsets.length < wanted; ) {
    const offset = axes.map((n) => random.integer(-Math.min(3, n), Math.min(3, n)));
    if (offset.reduce((lag, o, d) => lag + o * (stride[d] as number), 0) > 0) offsets.push(offset);
  }
  const largest = minimumPhase ? 0.65 / offsets.length : 1;
  const numbers = () => Array.from(random.reals(offsets.length), (value) => largest * value);
  const a0 = random.chance(0.3) ? 1 : 0.5 + random.next();
  const filter = { a0, offsets, coefficients: numbers() };
  return { filter: complex ? { ...filter, imaginary: numbers() } : filter, shape, batch };
}

export function randomData(random: Random, shape: number[], dtype: Dtype): NdArray<FloatArray> {
  const count = shape.reduce((n, m) => n * m, dtype.startsWith("complex") ? 2 : 1);
  const reals = random.reals(count);
  return { data: dtype === "float32" || dtype === "complex64" ? Float32Array.from(reals) : reals, shape, dtype };
}

/** Σ conj(a) b, [re, im]. */
export function inner(a: NdArray, b: NdArray): [number, number] {
  let [re, im] = [0, 0];
  const parts = a.dtype?.startsWith("complex") ? 2 : 1;
  for (let i = 0; i < a.data.length; i += parts) {
    const [p, q] = [a.data[i] as number, parts === 2 ? (a.data[i + 1] as number) : 0];
    const [r, s] = [b.data[i] as number, parts === 2 ? (b.data[i + 1] as number) : 0];
    re += p * r + q * s;
    im += p * s - q * r;
  }
  return [re, im];
}

export const norm = ({ data }: { data: ArrayLike<number> }): number => {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += (data[i] as number) ** 2;
  return Math.sqrt(sum);
};

/** |a - b| / |b| */
export function difference(a: { data: ArrayLike<number> }, b: { data: ArrayLike<number> }): number {
  return norm({ data: Array.from(a.data, (value, i) => value - (b.data[i] as number)) }) / norm(b);
}
