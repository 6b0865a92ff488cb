// Accuracy where it is hardest: transforms of some 2^22 numbers, and direct sums of 10^4 taps, on non-negative data, where the error is
// the plain relative error.
import { convolve, type NdArray } from "../../src/index.js";
import { Random } from "../random.js";
import { sampledError } from "../sampled.js";

export interface Accuracy {
  label: string;
  error: number;
  bound: number;
}

const size = (shape: readonly number[]): number => shape.reduce((n, m) => n * m, 1);

export async function accuracyAtLargeSizes(): Promise<Accuracy[]> {
  const kernel = [10, 10, 10, 10];
  const results: Accuracy[] = [];
  for (const [precision, Class, bound] of [
    ["float32", Float32Array, 5e-7],
    ["float64", Float64Array, 1e-14],
  ] as const)
    for (const backend of ["js", "wasm"] as const)
      for (const [method, mode, signal] of [
        // The full helix has 3,468,000 numbers; js takes minutes for its 10^10 direct sums, so that signal is smaller.
        ["fft", "full", [25, 25, 41, 51]],
        ["direct", "same", backend === "js" ? [12, 12, 12, 12] : [25, 25, 41, 51]],
      ] as const) {
        const random = new Random(22);
        const filled = (shape: readonly number[]): NdArray => ({
          data: Class.from(random.reals(size(shape)).map(Math.abs)),
          shape,
        });
        const [x, w] = [filled(signal), filled(kernel)];
        const y = await convolve(x, w, { mode, backend, method });
        const label = `${backend} ${method} ${precision}: (${signal}) * (${kernel}) ${mode}`;
        results.push({ label, error: sampledError(x, w, y, mode), bound });
      }
  return results;
}
