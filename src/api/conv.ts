// The convolution layer, its transpose and its gradients, in any number of spatial axes.
import { formatShape, HelixError } from "../errors.js";
import {
  allocate,
  copyElements,
  type FloatArray,
  floatDtype,
  isComplex,
  isRowMajor,
  type NdArray,
  type View,
  viewOf,
} from "../ndarray.js";
import { execute, executeSync, type Job } from "./execute.js";
import { jobOf } from "./job.js";
import type { ConvGradInputOptions, ConvGradWeightOptions, ConvOptions, ConvTransposeOptions } from "./options.js";

/**
 * A convolution layer, PyTorch's and ONNX's, in any number of spatial axes: x (N, C, d1, …, dn) and weight (O, C/groups, k1, …, kn) give
 *
 *   y[b, o, t] = bias[o] + Σ x[b, c, stride·t + dilation·j - begin] weight[o, c, j]        over all c of o's group, and all taps j
 *
 * of shape (N, O, …) with floor((d + begin + end - dilation (k - 1) - 1) / stride) + 1 samples along each spatial axis. Like PyTorch's it
 * is a correlation: the weight is not reversed. With groups = C every channel has kernels of its own. dtypes as in `convolve`.
 *
 * @throws HelixError "shape", "dtype", "option", "backend-unavailable", "out-of-memory" or "aborted"
 * @example
 * // 4-D images of 3 channels, 3^4 kernels: what conv3d does, with one axis more.
 * const y = await conv({ data: x, shape: [2, 3, 16, 16, 16, 16] }, { data: w, shape: [8, 3, 3, 3, 3, 3] }, { padding: 1 });
 */
export async function conv(x: NdArray, weight: NdArray, options: ConvOptions = {}): Promise<NdArray<FloatArray>> {
  return run(jobOf("conv", x, weight, options));
}

/** `conv` on the calling thread, which it holds until it is done. */
export function convSync(x: NdArray, weight: NdArray, options: ConvOptions = {}): NdArray<FloatArray> {
  return executeSync(jobOf("conv", x, weight, options));
}

/**
 * The transpose of `conv`, PyTorch's ConvTranspose: x (N, C, d1, …, dn) and weight (C, O/groups, k1, …, kn) give (N, O, …) with
 * stride (d - 1) + dilation (k - 1) + 1 + outputPadding - begin - end samples along each spatial axis.
 *
 * @example
 * const upsampled = await convTranspose(x, weight, { stride: 2, padding: 1, outputPadding: 1 });
 */
export async function convTranspose(
  x: NdArray,
  weight: NdArray,
  options: ConvTransposeOptions = {},
): Promise<NdArray<FloatArray>> {
  return run(jobOf("convTranspose", x, weight, options));
}

/** `convTranspose` on the calling thread, which it holds until it is done. */
export function convTransposeSync(
  x: NdArray,
  weight: NdArray,
  options: ConvTransposeOptions = {},
): NdArray<FloatArray> {
  return executeSync(jobOf("convTranspose", x, weight, options));
}

/**
 * The gradient of a loss with respect to the x of `conv`, from `grad`, that with respect to its result. `inputShape` is x's shape. Complex
 * gradients are PyTorch's, with respect to the conjugate variable: this is the adjoint of `conv`.
 *
 * @example
 * const gradX = await convGradInput(grad, weight, { inputShape: x.shape, padding: 1 });
 */
export async function convGradInput(
  grad: NdArray,
  weight: NdArray,
  options: ConvGradInputOptions,
): Promise<NdArray<FloatArray>> {
  return run(jobOf("convGradInput", grad, weight, options));
}

/** `convGradInput` on the calling thread, which it holds until it is done. */
export function convGradInputSync(grad: NdArray, weight: NdArray, options: ConvGradInputOptions): NdArray<FloatArray> {
  return executeSync(jobOf("convGradInput", grad, weight, options));
}

/**
 * The gradient of a loss with respect to the weight of `conv`, from `grad`, that with respect to its result, and x. `kernelShape` is the
 * weight's shape. Prepared, x is the signal and grad the kernel.
 *
 * @example
 * const gradWeight = await convGradWeight(grad, x, { kernelShape: weight.shape, padding: 1 });
 */
export async function convGradWeight(
  grad: NdArray,
  x: NdArray,
  options: ConvGradWeightOptions,
): Promise<NdArray<FloatArray>> {
  return run(jobOf("convGradWeight", x, grad, options));
}

/** `convGradWeight` on the calling thread, which it holds until it is done. */
export function convGradWeightSync(grad: NdArray, x: NdArray, options: ConvGradWeightOptions): NdArray<FloatArray> {
  return executeSync(jobOf("convGradWeight", x, grad, options));
}

/**
 * The gradient of a loss with respect to a layer's bias: `grad` (N, O, …) summed over all axes but the channels, shape (O). Sums are in
 * float64.
 */
export async function convGradBias(grad: NdArray): Promise<NdArray<FloatArray>> {
  return convGradBiasSync(grad);
}

/** `convGradBias` at once. */
export function convGradBiasSync(grad: NdArray): NdArray<FloatArray> {
  const view = viewOf(grad, "grad");
  if (view.shape.length < 2)
    throw new HelixError("shape", `grad must have axes (N, O, …); its shape is ${formatShape(view.shape)}`, {
      expected: 2,
      actual: view.shape.length,
    });
  const { data, offset, dtype, shape } = isRowMajor(view) ? view : packed(view);
  const parts = isComplex(dtype) ? 2 : 1;
  const [batch = 1, channels = 1, ...sizes] = shape;
  const size = sizes.reduce((n, m) => n * m, parts);
  const sums = new Float64Array(parts * channels);
  for (let slice = 0; slice < batch * channels; slice++) {
    const first = parts * offset + slice * size;
    for (let part = 0; part < parts; part++) {
      let sum = 0;
      for (let i = first + part; i < first + size; i += parts) sum += data[i] as number;
      const o = parts * (slice % channels) + part;
      sums[o] = (sums[o] as number) + sum;
    }
  }
  const result = allocate([channels], floatDtype(dtype), "the gradient of the bias");
  result.data.set(sums);
  return result;
}

/** `out` may not lie on a GPU here. */
const run = (job: Job) => execute(job) as Promise<NdArray<FloatArray>>;

function packed(view: View): View<FloatArray> {
  const copy = allocate(view.shape, floatDtype(view.dtype), "a packed copy of grad");
  copyElements(view, copy);
  return copy;
}
