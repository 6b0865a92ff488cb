// An operation's arguments, checked and reduced: what execute.ts runs.
import { type NdArray, viewOf } from "../ndarray.js";
import { biasOf } from "./bias.js";
import type { Job } from "./execute.js";
import { type GpuArray, gpuView, isGpuArray, onGpu } from "./gpuArray.js";
import { checkOptions, type Operation, type OptionsOf } from "./options.js";
import { operandNames, reduce } from "./reduce.js";

export function jobOf<O extends Operation>(
  operation: O,
  signal: NdArray | GpuArray,
  kernel: NdArray,
  given: OptionsOf[O],
): Job {
  checkOptions(operation, given);
  const options = onGpu(signal, given);
  const [xName, wName] = operandNames[operation];
  const x = isGpuArray(signal) ? gpuView(signal, xName) : viewOf(signal, xName);
  const w = viewOf(kernel, wName);
  const reduction = reduce(operation, x, w, options);
  return { reduction, signal: x, kernel: w, options, bias: biasOf(options, reduction) };
}
