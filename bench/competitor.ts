// What is timed. One competitor is one way to compute one workload, tables and setups made beforehand, as a user would keep them.
import { readFileSync } from "node:fs";
import type { FloatArray } from "helixconv";
import { decodeNpy } from "helixconv/npy";
import { sizeOf, type Workload } from "../src/cli/workloads.js";
import { outerProduct } from "../test/products.js";
import { Random } from "../test/random.js";

/** What our own entry is called; ratios are to it. */
export const OURS = "helixconv";

/** ConvNd's forward, with a weight that has changed, and forward and backward. */
export const FORWARD = `${OURS}, ConvNd forward`;
export const TRAINING = `${OURS}, ConvNd forward and backward`;

export interface Competitor {
  name: string;
  /** One whole call, from JavaScript arrays to a JavaScript array. */
  run(): void | Promise<void>;
  /** What the last run computed. */
  result(): FloatArray;
}

export interface Arrays {
  signal: FloatArray;
  kernel: FloatArray;
}

/** The same numbers in every run and for every competitor; not negative, so that the error is a plain relative error. */
export function arraysOf({ signal, kernel, precision, gaussian }: Workload): Arrays {
  if (gaussian) return { signal: mri(), kernel: gaussianOf(kernel) };
  const random = new Random(1);
  const reals = (shape: number[]) => random.reals(sizeOf(shape)).map(Math.abs);
  const typed = (numbers: Float64Array) => (precision === "f32" ? Float32Array.from(numbers) : numbers);
  return { signal: typed(reals(signal)), kernel: typed(reals(kernel)) };
}

const mri = (): Float32Array => Float32Array.from(decodeNpy(readFileSync("demo/data/mri-4d.npy")).data);

/** SciPy's weights, truncated at 4 sigma. */
function gaussianOf(shape: readonly number[]): Float32Array {
  const vectors = shape.map((n) => {
    const sigma = (n - 1) / 8;
    const weights = Array.from({ length: n }, (_, k) => Math.exp(-0.5 * ((k - (n - 1) / 2) / sigma) ** 2));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return weights.map((weight) => weight / total);
  });
  return Float32Array.from(outerProduct(vectors, 1));
}
