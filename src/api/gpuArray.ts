// Arrays that lie in a GPU's memory, as signals and as places for results: chains of convolutions whose data never leaves it.
import { GpuData } from "../backends/webgpu/gpuData.js";
import { formatShape, HelixError } from "../errors.js";
import { checkShape, type Dtype, type FloatArray, isComplex, rowMajor, show, sizeOf, type View } from "../ndarray.js";
import type { SharedOptions } from "./options.js";

/**
 * A row-major array in a GPUBuffer of the device that backend "webgpu" computes on, with usage STORAGE, as an output also COPY_DST;
 * `byteOffset`, a whole number of elements, defaults to 0. Its numbers are not looked at: they must be finite.
 */
export interface GpuArray {
  /** A GPUBuffer. */
  buffer: unknown;
  shape: readonly number[];
  dtype: "float32" | "complex64";
  byteOffset?: number;
}

export const isGpuArray = (array: unknown): array is GpuArray =>
  typeof array === "object" && array !== null && "buffer" in array && !("data" in array);

/** Checks a GpuArray; its data can be read on the GPU only. */
export function gpuView(array: GpuArray, name: string): View<FloatArray> {
  const { buffer, shape, dtype, byteOffset = 0 } = array;
  checkShape(shape, name);
  if (dtype !== "float32" && dtype !== "complex64")
    throw new HelixError("dtype", `${name} on a GPU must be float32 or complex64; got ${show(dtype)}`, {
      expected: ["float32", "complex64"],
      actual: dtype,
    });
  const element = isComplex(dtype) ? 8 : 4;
  const size = (buffer as { size?: unknown } | null)?.size;
  if (typeof size !== "number")
    throw new HelixError("shape", `${name}.buffer must be a GPUBuffer; got ${show(buffer)}`, { actual: buffer });
  const needed = byteOffset + element * sizeOf(shape, name);
  if (!Number.isSafeInteger(byteOffset) || byteOffset < 0 || byteOffset % element !== 0 || needed > size)
    throw new HelixError(
      "shape",
      `${name} needs a byteOffset that is a whole number of elements, and ${needed} bytes for shape ${formatShape(shape)}; it has byteOffset ${byteOffset}, and its buffer ${size} bytes`,
      { expected: needed, actual: size },
    );
  const data = new GpuData(buffer as GPUBuffer, byteOffset, needed / 4) as unknown as FloatArray;
  return { data, dtype: dtype as Dtype, shape: [...shape], stride: rowMajor(shape), offset: 0 };
}

/** What of a call's arrays need not be brought to the GPU, or back. */
export const residentOf = (signal: boolean, out: unknown): { signal: boolean; out: boolean } | undefined =>
  signal || isGpuArray(out) ? { signal, out: isGpuArray(out) } : undefined;

/** The options of a call on these arrays: what lies on a GPU is computed there. */
export function onGpu<O extends SharedOptions>(signal: unknown, options: O): O {
  const { backend = "auto", out } = options;
  if (!isGpuArray(signal) && !isGpuArray(out)) return options;
  if (backend !== "auto" && backend !== "webgpu")
    throw new HelixError("option", `arrays on a GPU need backend "webgpu"; got "${backend}"; read them back first`, {
      expected: "webgpu",
      actual: backend,
    });
  return { ...options, backend: "webgpu" };
}
