// convolve and correlate as the primitive. With m = signal, n = kernel (scipy.signal's rules):
//
//   mode    lo                 count
//   full    0                  m + n - 1
//   same    floor((n - 1)/2)   m
//   valid   min(m, n) - 1      |m - n| + 1
//
// correlate(x, w) = convolve(x, conj(flip(w))). Axes that are not convolved are broadcast: both arrays larger than 1, group;
// only the signal, batch; only the kernel, output channel.
import { formatShape, HelixError } from "../errors.js";
import { type Dtype, flip, isComplex, isInteger, show, type View } from "../ndarray.js";
import { type Extension, extendSignal } from "./extension.js";
import type { Axis, Operand, Problem, Reduction } from "./problem.js";

export type Mode = "full" | "same" | "valid";
export const modes: readonly Mode[] = ["full", "same", "valid"];

/** Shape and element type: all that a plan needs to know of an array. */
export interface ArraySpec {
  shape: readonly number[];
  dtype: Dtype;
}

export interface ConvolveOptions {
  mode: Mode;
  /** The convolved axes of the signal; all of them if undefined. */
  axes?: readonly number[] | undefined;
  /** Reverse and conjugate the kernel. */
  correlate: boolean;
  /** How the signal goes on beyond its edges; with zeros if undefined. */
  extension?: Extension | undefined;
}

/** One axis of the result, and where it comes from. A kernel without that axis is broadcast along it. */
interface AxisRole {
  role: "convolved" | "group" | "batch" | "cout";
  m: number;
  n: number;
  kernelAxis: number | undefined;
}

export function reduceConvolve(signal: ArraySpec, kernel: ArraySpec, options: ConvolveOptions): Reduction {
  const { mode, correlate, extension } = options;
  const roles = assignRoles(signal.shape, kernel.shape, options.axes);
  const convolved = roles.filter(({ role }) => role === "convolved");
  if (mode === "valid") checkDominance(signal.shape, kernel.shape, convolved);
  const axes = convolved.map(({ m, n }) => windowOf(mode, m, n));
  const count = (role: AxisRole["role"]) =>
    roles.reduce((size, r) => (r.role === role ? size * Math.max(r.m, r.n) : size), 1);
  const problem: Problem = {
    ...arithmeticOf(signal, kernel),
    conj: { x: false, w: correlate && isComplex(kernel.dtype) },
    batch: count("batch"),
    groups: count("group"),
    cin: 1,
    cout: count("cout"),
    axes,
  };
  const outShape = roles.map(({ role, m, n }) => (role === "convolved" ? windowOf(mode, m, n).count : Math.max(m, n)));
  const all = roles.map((_, d) => d);
  const kernelAxes = roles.map(({ kernelAxis }) => kernelAxis);
  const reversed = convolved.flatMap(({ kernelAxis }) => kernelAxis ?? []);
  const reduction: Reduction = {
    problem,
    outShape,
    x: (view) => operand(view, roles, all, "batch"),
    w: (view) => operand(correlate ? flip(view, reversed) : view, roles, kernelAxes, "cout"),
    out: (view) => ({ ...operand(view, roles, all, "batch"), view, channel: offsets(view, roles, all, "cout") }),
  };
  if (extension === undefined || extension.boundary === "zero") return reduction;
  if (extension.boundary === "helical" && mode !== "same")
    throw new HelixError(
      "option",
      `boundary "helical" goes with mode "same", whose results lie on the signal's own helix; got mode "${mode}"`,
      { expected: "same", actual: mode },
    );
  return extendSignal(
    reduction,
    all.filter((d) => roles[d]?.role === "convolved"),
    extension,
  );
}

function windowOf(mode: Mode, x: number, w: number): Axis {
  switch (mode) {
    case "full":
      return { x, w, u: 1, v: 1, lo: 0, step: 1, count: x + w - 1 };
    case "same":
      return { x, w, u: 1, v: 1, lo: Math.floor((w - 1) / 2), step: 1, count: x };
    case "valid":
      return { x, w, u: 1, v: 1, lo: Math.min(x, w) - 1, step: 1, count: Math.abs(x - w) + 1 };
    default:
      return mode satisfies never;
  }
}

function assignRoles(signal: readonly number[], kernel: readonly number[], axes?: readonly number[]): AxisRole[] {
  const rank = signal.length;
  const convolved = axes === undefined ? signal.map((_, d) => d) : checkAxes(axes, rank);
  if (kernel.length !== rank && kernel.length !== convolved.length) {
    const rule =
      axes === undefined ? `must match` : `must match, or the kernel's must be the number of axes, ${axes.length}`;
    throw new HelixError("shape", `kernel has rank ${kernel.length} but signal has rank ${rank}; ranks ${rule}`, {
      expected: rank,
      actual: kernel.length,
    });
  }
  return signal.map((m, d) => {
    const place = convolved.indexOf(d);
    const kernelAxis = kernel.length === rank ? d : place < 0 ? undefined : place;
    const n = kernelAxis === undefined ? 1 : (kernel[kernelAxis] as number);
    if (place >= 0) return { role: "convolved", m, n, kernelAxis };
    if (m > 1 && n > 1 && m !== n)
      throw new HelixError(
        "shape",
        `axes that are not convolved must have equal sizes, or one of them 1; axis ${d} is ${m} in signal ${formatShape(signal)} and ${n} in kernel ${formatShape(kernel)}; add it to axes, or slice`,
        { expected: m, actual: n },
      );
    return { role: m > 1 && n > 1 ? "group" : n > 1 ? "cout" : "batch", m, n, kernelAxis };
  });
}

function checkAxes(axes: readonly number[], rank: number): number[] {
  const resolved = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const valid = resolved.every((axis) => Number.isInteger(axis) && axis >= 0 && axis < rank);
  if (valid && axes.length > 0 && new Set(resolved).size === axes.length) return resolved;
  throw new HelixError(
    "option",
    `axes must be different whole numbers from ${-rank} to ${rank - 1} for a signal of rank ${rank}, at least one; got ${show(axes)}`,
    { expected: [-rank, rank - 1], actual: axes },
  );
}

function checkDominance(signal: readonly number[], kernel: readonly number[], convolved: AxisRole[]): void {
  if (convolved.every(({ m, n }) => m >= n) || convolved.every(({ m, n }) => m <= n)) return;
  throw new HelixError(
    "shape",
    `mode "valid" needs one array to be at least as large as the other along every convolved axis; signal is ${formatShape(signal)}, kernel ${formatShape(kernel)}; use "full" or "same"`,
    { expected: [...signal], actual: [...kernel] },
  );
}

function operand(
  view: View,
  roles: AxisRole[],
  viewAxes: readonly (number | undefined)[],
  batch: "batch" | "cout",
): Operand {
  const stride: number[] = [];
  roles.forEach(({ role }, d) => {
    const axis = viewAxes[d];
    if (role === "convolved") stride.push(axis === undefined ? 0 : (view.stride[axis] as number));
  });
  return {
    view,
    batch: offsets(view, roles, viewAxes, batch).map((element) => view.offset + element),
    group: offsets(view, roles, viewAxes, "group"),
    channel: [0],
    stride,
  };
}

/** The element offset of every index of a role, which several axes may share; the last of them runs fastest. */
function offsets(
  view: View,
  roles: AxisRole[],
  viewAxes: readonly (number | undefined)[],
  wanted: AxisRole["role"],
): number[] {
  let list = [0];
  roles.forEach(({ role, m, n }, d) => {
    const axis = viewAxes[d];
    const size = Math.max(m, n);
    if (role !== wanted || size === 1 || axis === undefined) return;
    const stride = view.stride[axis] as number;
    list = list.flatMap((base) => Array.from({ length: size }, (_, i) => base + i * stride));
  });
  return list;
}

/** The arithmetic in which two arrays meet. */
export const arithmeticOf = (...arrays: readonly ArraySpec[]): Pick<Problem, "precision" | "field"> => ({
  precision: arrays.every(({ dtype }) => isSingle(dtype)) ? "f32" : "f64",
  field: arrays.some(({ dtype }) => isComplex(dtype)) ? "complex" : "real",
});

const isSingle = (dtype: Dtype): boolean => dtype === "float32" || dtype === "complex64" || dtype === "float16";

/** Float16 arrays count as float32, integers as float64; anything with a float64 is float64. */
export function resultDtype({ precision, field }: Problem): Dtype {
  if (field === "complex") return precision === "f32" ? "complex64" : "complex128";
  return precision === "f32" ? "float32" : "float64";
}

/** Whether a result must be exact: both arrays hold integers. */
export const isExact = (signal: ArraySpec, kernel: ArraySpec): boolean =>
  isInteger(signal.dtype) && isInteger(kernel.dtype);
