// An operation's arguments, checked and reduced: what execute.ts runs.
import { type NdArray, viewOf } from "../ndarray.js";
import { biasOf } from "./bias.js";
import type { Job } from "./execute.js";
import { checkOptions, type Operation, type OptionsOf } from "./options.js";
import { operandNames, reduce } from "./reduce.js";

export function jobOf<O extends Operation>(operation: O, signal: NdArray, kernel: NdArray, options: OptionsOf[O]): Job {
  checkOptions(operation, options);
  const [x, w] = operandNames[operation];
  const views = { signal: viewOf(signal, x), kernel: viewOf(kernel, w) };
  const reduction = reduce(operation, views.signal, views.kernel, options);
  return { reduction, ...views, options, bias: biasOf(options, reduction) };
}
