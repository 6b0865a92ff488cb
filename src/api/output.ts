// Where a result goes: a new array, or the caller's `out`.
import type { Output } from "../backends/backend.js";
import { formatShape, HelixError } from "../errors.js";
import {
  allocate,
  copyElements,
  type Dtype,
  type FloatArray,
  isComplex,
  isRowMajor,
  type NdArray,
  rangeOf,
  type View,
  viewOf,
} from "../ndarray.js";
import type { Folded, Reduction } from "../problem/problem.js";
import { type GpuArray, gpuView, isGpuArray } from "./gpuArray.js";

export interface Target {
  /** What backends write: row-major, without gaps. */
  output: Output;
  /** Brings the result to where the caller wants it, and returns that. */
  deliver(): NdArray<FloatArray> | GpuArray;
}

export function targetOf(
  reduction: Reduction,
  dtype: Dtype,
  out: NdArray<FloatArray> | GpuArray | undefined,
  inputs: readonly View[],
): Target {
  const { outShape, folded } = reduction;
  if (out === undefined) {
    const view = allocate(outShape, dtype, "the result");
    return folded ? targetFolded(reduction, folded, view, view) : { output: reduction.out(view), deliver: () => view };
  }
  if (isGpuArray(out)) {
    const view = gpuView(out, "out");
    checkSpec(view, outShape, dtype);
    return { output: reduction.out(view), deliver: () => out };
  }
  const view = checkOut(out, outShape, dtype, inputs);
  if (folded) return targetFolded(reduction, folded, view, out);
  if (isRowMajor(view)) return { output: reduction.out(view), deliver: () => out };
  const packed = allocate(outShape, dtype, "the result");
  return {
    output: reduction.out(packed),
    deliver: () => {
      copyElements(packed, view);
      return out;
    },
  };
}

function targetFolded(
  reduction: Reduction,
  { shape, fold }: Folded,
  view: View<FloatArray>,
  out: NdArray<FloatArray>,
): Target {
  const computed = allocate(shape, view.dtype, "the gradient beyond the edges");
  return {
    output: reduction.out(computed),
    deliver: () => {
      const result = allocate(view.shape, view.dtype, "the result");
      fold(computed, result);
      copyElements(result, view);
      return out;
    },
  };
}

function checkOut(
  out: NdArray<FloatArray>,
  shape: readonly number[],
  dtype: Dtype,
  inputs: readonly View[],
): View<FloatArray> {
  const view = viewOf(out, "out");
  checkSpec(view, shape, dtype);
  if (overlapsItself(view))
    throw new HelixError(
      "option",
      `out must give every element a place of its own; shape ${formatShape(view.shape)} with stride ${formatShape(view.stride)} does not`,
      {
        actual: view.stride,
      },
    );
  if (inputs.some((input) => overlap(view, input)))
    throw new HelixError("option", "out must not overlap an input; give it memory of its own");
  return view;
}

/** Throws unless a view is of the result's shape and dtype. */
function checkSpec(view: View<FloatArray>, shape: readonly number[], dtype: Dtype): void {
  const sameShape = view.shape.length === shape.length && view.shape.every((n, d) => n === shape[d]);
  if (!sameShape)
    throw new HelixError(
      "shape",
      `out must have the result's shape ${formatShape(shape)}; it has ${formatShape(view.shape)}`,
      {
        expected: [...shape],
        actual: view.shape,
      },
    );
  if (view.dtype !== dtype || Array.isArray(view.data))
    throw new HelixError(
      "dtype",
      `out must have the result's dtype, ${dtype}, in a typed array; it has ${Array.isArray(view.data) ? "number[]" : view.dtype}`,
      {
        expected: dtype,
        actual: view.dtype,
      },
    );
}

/** Whether two elements may share a place: the strides, by size, must each step over all that is inside. */
function overlapsItself({ shape, stride }: View): boolean {
  const axes = shape.map((n, d) => ({ n, step: Math.abs(stride[d] as number) })).filter(({ n }) => n > 1);
  axes.sort((a, b) => a.step - b.step);
  let reach = 0;
  for (const { n, step } of axes) {
    if (step <= reach) return true;
    reach += step * (n - 1);
  }
  return false;
}

function overlap(a: View, b: View): boolean {
  const [p, q] = [bytesOf(a), bytesOf(b)];
  return p !== undefined && q !== undefined && p.buffer === q.buffer && p.from < q.to && q.from < p.to;
}

function bytesOf(view: View): { buffer: ArrayBufferLike; from: number; to: number } | undefined {
  const { data } = view;
  if (!ArrayBuffer.isView(data)) return undefined;
  const { first, last } = rangeOf(view);
  const element = (data as Float64Array).BYTES_PER_ELEMENT * (isComplex(view.dtype) ? 2 : 1);
  return { buffer: data.buffer, from: data.byteOffset + first * element, to: data.byteOffset + (last + 1) * element };
}
