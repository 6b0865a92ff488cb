// Operations by name, on arrays or on their specifications, as reductions to the one primitive.
import { HelixError } from "../errors.js";
import { checkShape, type Dtype, type NdArray, show, viewOf } from "../ndarray.js";
import { type ArraySpec, reduceConvolve } from "../problem/convolve.js";
import type { Reduction } from "../problem/problem.js";
import type { ConvolutionOptions } from "./options.js";

export type Operation = "convolve" | "correlate";

/** An array, or what matters of it: its shape, and its dtype (default float32). */
export type OperandSpec = NdArray | { shape: readonly number[]; dtype?: Dtype };

export function reduce(
  operation: Operation,
  signal: ArraySpec,
  kernel: ArraySpec,
  { mode = "full", axes }: ConvolutionOptions,
): Reduction {
  if (operation !== "convolve" && operation !== "correlate")
    throw new HelixError("option", `operation must be "convolve" or "correlate"; got ${show(operation)}`, {
      actual: operation,
    });
  return reduceConvolve(signal, kernel, {
    mode,
    axes: typeof axes === "number" ? [axes] : axes,
    correlate: operation === "correlate",
  });
}

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
