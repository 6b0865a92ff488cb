// convolve and correlate, axis by axis, as blocks need to know them. Along each axis of the result,
//
//   convolved    out[t] = Σ_j w[j] x[lo + t - j]      0 <= t < count
//   broadcast    out[t] = x[t or 0] w[t or 0]
//
// so that the outputs t, …, t + c - 1 read the samples lo + t - (n - 1), …, lo + t + c - 1, wherever those lie.
import { HelixError } from "../errors.js";
import type { Dtype, View } from "../ndarray.js";
import type { Range } from "../plan/plan.js";
import { type ArraySpec, type Mode, reduceConvolve, resultDtype } from "../problem/convolve.js";

export interface BlockAxis {
  convolved: boolean;
  /** Samples of the signal, samples of the kernel, and outputs. */
  x: number;
  w: number;
  count: number;
  /** Of the full convolution, the first output that is wanted. */
  lo: number;
}

export interface BlockProblem {
  axes: BlockAxis[];
  /** Bytes of an element of the signal and of the result. */
  bytes: { signal: number; out: number };
}

/** The axes of a convolution, and the dtype of its result; signal and kernel have the same rank. `axes` are those that are convolved. */
export function blockAxes(
  signal: ArraySpec,
  kernel: ArraySpec,
  mode: Mode,
  axes: readonly number[],
): { axes: BlockAxis[]; dtype: Dtype } {
  const { problem, outShape } = reduceConvolve(signal, kernel, { mode, axes, correlate: false });
  let place = 0;
  return {
    dtype: resultDtype(problem),
    axes: outShape.map((count, d) => {
      const convolved = axes.includes(d);
      const lo = convolved ? (problem.axes[place++]?.lo ?? 0) : 0;
      return { convolved, x: signal.shape[d] as number, w: kernel.shape[d] as number, count, lo };
    }),
  };
}

/** The samples of the signal that outputs meet; they may lie beyond its edges. */
export function readBy({ convolved, x, w, lo }: BlockAxis, { start, size }: Range): Range {
  if (convolved) return { start: lo + start - (w - 1), size: size + w - 1 };
  return x > 1 ? { start, size } : { start: 0, size: 1 };
}

/** The samples of the kernel that outputs meet. */
export function tapsOf({ convolved, w }: BlockAxis, { start, size }: Range): Range {
  return convolved || w === 1 ? { start: 0, size: w } : { start, size };
}

/** Axes that a caller counts from the end too, as indices; all of them if undefined. */
export function axesOf(axes: number | readonly number[] | undefined, rank: number): number[] {
  const all = Array.from({ length: rank }, (_, d) => d);
  if (axes === undefined) return all;
  return [axes].flat().map((axis) => (axis < 0 ? axis + rank : axis));
}

/** A kernel that has an axis just for each of `axes`, with an axis for each of the signal's. */
export function alignKernel<V extends View>(kernel: V, axes: readonly number[], rank: number): V {
  if (kernel.shape.length === rank) return kernel;
  if (kernel.shape.length !== axes.length)
    throw new HelixError(
      "shape",
      `kernel has rank ${kernel.shape.length} but signal has rank ${rank}; ranks must match, or the kernel's must be the number of axes, ${axes.length}`,
      { expected: rank, actual: kernel.shape.length },
    );
  const shape = new Array<number>(rank).fill(1);
  const stride = new Array<number>(rank).fill(0);
  axes.forEach((axis, place) => {
    shape[axis] = kernel.shape[place] as number;
    stride[axis] = kernel.stride[place] as number;
  });
  return { ...kernel, shape, stride };
}
