// The bias of a layer, added to a result (N, O, …): y[n, o, …] += bias[o].
import { formatShape, HelixError } from "../errors.js";
import { type FloatArray, isComplex, type View, viewOf } from "../ndarray.js";
import { resultDtype } from "../problem/convolve.js";
import type { Reduction } from "../problem/problem.js";
import type { Operation, OptionsOf } from "./options.js";

/** The bias among an operation's options, if there is one, checked: one number for each channel of the result. */
export function biasOf(options: OptionsOf[Operation], { problem, outShape }: Reduction): View | undefined {
  if (!("bias" in options) || options.bias === undefined) return undefined;
  const { bias } = options;
  const view = viewOf(bias, "bias");
  const channels = outShape[1] as number;
  if (view.shape.length !== 1 || view.shape[0] !== channels)
    throw new HelixError(
      "shape",
      `bias must have one number for each of the ${channels} output channels, shape (${channels}); it has shape ${formatShape(view.shape)}`,
      { expected: [channels], actual: view.shape },
    );
  if (isComplex(view.dtype) && problem.field === "real")
    throw new HelixError(
      "dtype",
      `bias must be real where the result is, ${resultDtype(problem)}; it is ${view.dtype}`,
      { expected: resultDtype(problem), actual: view.dtype },
    );
  return view;
}

/** Adds it to a row-major result. */
export function addBias(bias: View, { data, dtype, offset, shape }: View<FloatArray>): void {
  const parts = isComplex(dtype) ? 2 : 1;
  const [batch = 1, channels = 1, ...sizes] = shape;
  const size = sizes.reduce((n, m) => n * m, parts);
  const [stride = 0] = bias.stride;
  for (let slice = 0; slice < batch * channels; slice++) {
    const element = bias.offset + (slice % channels) * stride;
    const first = parts * offset + slice * size;
    const [re, im] = isComplex(bias.dtype)
      ? [bias.data[2 * element] as number, bias.data[2 * element + 1] as number]
      : [bias.data[element] as number, 0];
    for (let i = first; i < first + size; i += parts) data[i] = (data[i] as number) + re;
    if (im !== 0) for (let i = first + 1; i < first + size; i += parts) data[i] = (data[i] as number) + im;
  }
}
