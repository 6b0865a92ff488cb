// Operations by name, on arrays or on their specifications, as reductions to the one primitive.
import { HelixError } from "../errors.js";
import { checkShape, type Dtype, type NdArray, show, viewOf } from "../ndarray.js";
import { boundaryOf } from "../problem/boundary.js";
import { reduceConv, reduceConvGradInput, reduceConvGradWeight, reduceConvTranspose } from "../problem/conv.js";
import { type ArraySpec, reduceConvolve } from "../problem/convolve.js";
import type { Reduction } from "../problem/problem.js";
import type { GpuArray } from "./gpuArray.js";
import type { ConvolutionOptions, Operation, OptionsOf } from "./options.js";

/** An array, on a GPU or not, or what matters of it: its shape, and its dtype (default float32). */
export type OperandSpec = NdArray | GpuArray | { shape: readonly number[]; dtype?: Dtype };

/** What messages call an operation's two arrays: the signal, which comes anew in each run, and the kernel, which may be kept. */
export const operandNames: Record<Operation, readonly [signal: string, kernel: string]> = {
  convolve: ["signal", "kernel"],
  correlate: ["signal", "kernel"],
  conv: ["x", "weight"],
  convTranspose: ["x", "weight"],
  convGradInput: ["grad", "weight"],
  convGradWeight: ["x", "grad"],
};

/** The options must have been checked. */
export function reduce<O extends Operation>(
  operation: O,
  signal: ArraySpec,
  kernel: ArraySpec,
  options: OptionsOf[O],
): Reduction {
  const reductions: { [P in Operation]: (given: OptionsOf[P]) => Reduction } = {
    convolve: (given) => reduceConvolve(signal, kernel, { ...windowOf(given), correlate: false }),
    correlate: (given) => reduceConvolve(signal, kernel, { ...windowOf(given), correlate: true }),
    conv: (given) => reduceConv(signal, kernel, given),
    convTranspose: (given) => reduceConvTranspose(signal, kernel, given),
    convGradInput: (given) => reduceConvGradInput(signal, kernel, given),
    convGradWeight: (given) => reduceConvGradWeight(signal, kernel, given),
  };
  return reductions[operation](options);
}

const windowOf = ({ mode = "full", axes, boundary, fillValue = 0 }: ConvolutionOptions) => ({
  mode,
  axes: typeof axes === "number" ? [axes] : axes,
  extension: boundary && { boundary: boundaryOf(boundary), fill: fillValue },
});

export function specOf(array: OperandSpec, name: string): ArraySpec {
  if (typeof array === "object" && array !== null && "data" in array) return viewOf(array, name);
  if (typeof array !== "object" || array === null)
    throw new HelixError("shape", `${name} must be an array or { shape, dtype }; got ${show(array)}`, {
      actual: array,
    });
  const { shape, dtype = "float32" } = array;
  checkShape(shape, name);
  if (!dtypes.includes(dtype))
    throw new HelixError("dtype", `${name}.dtype must be one of ${dtypes.join(", ")}; got ${show(dtype)}`, {
      expected: dtypes,
      actual: dtype,
    });
  return { shape, dtype };
}

const dtypes: readonly Dtype[] = [
  "int8",
  "uint8",
  "int16",
  "uint16",
  "int32",
  "uint32",
  "float16",
  "float32",
  "float64",
  "complex64",
  "complex128",
];
