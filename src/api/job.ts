// An operation's arguments, checked and reduced: what execute.ts runs.
import { type NdArray, viewOf } from "../ndarray.js";
import { biasOf } from "./bias.js";
import type { Job } from "./execute.js";
import { checkResident, type GpuArray, gpuView, isGpuArray, onGpu } from "./gpuArray.js";
import { checkOptions, type Operation, type OptionsOf } from "./options.js";
import { operandNames, reduce } from "./reduce.js";

export function jobOf<O extends Operation>(
  operation: O,
  signal: NdArray | GpuArray,
  kernel: NdArray,
  given: OptionsOf[O],
): Job {
  checkOptions(operation, given);
  checkResident(takesResident(operation, given), signal, given.out);
  const options = onGpu(signal, given);
  const [x, w] = operandNames[operation];
  const views = { signal: isGpuArray(signal) ? gpuView(signal, x) : viewOf(signal, x), kernel: viewOf(kernel, w) };
  const reduction = reduce(operation, views.signal, views.kernel, options);
  return { reduction, ...views, options, bias: biasOf(options, reduction) };
}

/** Whether the arrays of an operation may lie on a GPU. */
export const takesResident = <O extends Operation>(operation: O, options: OptionsOf[O]): boolean =>
  (operation === "convolve" || operation === "correlate") &&
  (!("boundary" in options) || options.boundary === undefined || options.boundary === "zero");
