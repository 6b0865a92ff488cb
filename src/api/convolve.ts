// convolve and correlate.
import type { FloatArray, NdArray } from "../ndarray.js";
import { execute, executeSync } from "./execute.js";
import type { GpuArray } from "./gpuArray.js";
import { jobOf } from "./job.js";
import type { ConvolutionOptions } from "./options.js";

/**
 * N-dimensional convolution, out[k] = Σ signal[i] kernel[k - i] over all i, for any rank; SciPy's modes and centring.
 *
 * Along each convolved axis, with m samples of the signal and n of the kernel, "full" (the default) has m + n - 1, "same" has m,
 * from floor((n - 1)/2) on, and "valid" |m - n| + 1. The kernel has the signal's rank, or one axis for each of `axes`.
 * Axes that are not convolved are broadcast against each other.
 *
 * float32 with float32 gives float32, and anything with a float64 float64; complex likewise. Integers count as float64; integers
 * with integers give exact results.
 *
 * A kernel that is an outer product of one vector per axis, to rounding, is convolved along one axis after the other where that is
 * faster.
 *
 * A signal that is a GpuArray (helixconv/webgpu) is read, and an `out` that is one written, on the GPU, where nothing is copied; their
 * numbers must be finite.
 *
 * NaN and infinities spread as far as the definition says and no farther: a signal or kernel that holds one is convolved by direct
 * sums, whatever `method` says.
 *
 * @throws HelixError "shape", "dtype", "option", "backend-unavailable", "out-of-memory" or "aborted"
 * @example
 * const blurred = await convolve({ data: image, shape: [480, 640] }, { data: kernel, shape: [9, 9] }, { mode: "same" });
 * blurred.data; // Float32Array of 480 · 640
 */
export async function convolve(
  signal: NdArray | GpuArray,
  kernel: NdArray,
  options: ConvolutionOptions & { out: GpuArray },
): Promise<GpuArray>;
export async function convolve(
  signal: NdArray | GpuArray,
  kernel: NdArray,
  options?: ConvolutionOptions,
): Promise<NdArray<FloatArray>>;
export async function convolve(
  signal: NdArray | GpuArray,
  kernel: NdArray,
  options: ConvolutionOptions = {},
): Promise<NdArray<FloatArray> | GpuArray> {
  return execute(jobOf("convolve", signal, kernel, options));
}

/** `convolve` on the calling thread, which it holds until it is done. */
export function convolveSync(signal: NdArray, kernel: NdArray, options: ConvolutionOptions = {}): NdArray<FloatArray> {
  return executeSync(jobOf("convolve", signal, kernel, options));
}

/**
 * N-dimensional cross-correlation, SciPy's: out[k] = Σ signal[l] conj(kernel[l - k + n - 1]) over all l, that is the convolution with
 * the reversed, conjugated kernel. Options and results are those of `convolve`.
 *
 * @example
 * const match = await correlate({ data: scene, shape: [480, 640] }, { data: template, shape: [32, 32] }, { mode: "valid" });
 */
export async function correlate(
  signal: NdArray | GpuArray,
  kernel: NdArray,
  options: ConvolutionOptions & { out: GpuArray },
): Promise<GpuArray>;
export async function correlate(
  signal: NdArray | GpuArray,
  kernel: NdArray,
  options?: ConvolutionOptions,
): Promise<NdArray<FloatArray>>;
export async function correlate(
  signal: NdArray | GpuArray,
  kernel: NdArray,
  options: ConvolutionOptions = {},
): Promise<NdArray<FloatArray> | GpuArray> {
  return execute(jobOf("correlate", signal, kernel, options));
}

/** `correlate` on the calling thread, which it holds until it is done. */
export function correlateSync(signal: NdArray, kernel: NdArray, options: ConvolutionOptions = {}): NdArray<FloatArray> {
  return executeSync(jobOf("correlate", signal, kernel, options));
}
