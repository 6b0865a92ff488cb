// What is timed. One competitor is one way to compute one workload, tables and setups made beforehand, as a user would keep them.
import type { FloatArray } from "helixconv";
import { Random } from "../test/random.js";
import { sizeOf, type Workload } from "./workloads.js";

/** What our own entry is called; ratios are to it. */
export const OURS = "helixconv";

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
export function arraysOf({ signal, kernel, precision }: Workload): Arrays {
  const random = new Random(1);
  const reals = (shape: number[]) => random.reals(sizeOf(shape)).map(Math.abs);
  const typed = (numbers: Float64Array) => (precision === "f32" ? Float32Array.from(numbers) : numbers);
  return { signal: typed(reals(signal)), kernel: typed(reals(kernel)) };
}
