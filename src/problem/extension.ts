// Problems on arrays that go on beyond their edges (boundary.ts). Of the extension, what the wanted outputs meet is copied into an array of
// its own before the call; the problem on that needs no boundary, and no gaps on its helix. Results of gradients are folded back: each
// sample receives the sum over all the places where it stands.
//
// That costs one pass over the extended array, and its memory. A backend that wound by `sourceIndex` would save both.
import { allocate, type FloatArray, floatDtype, isComplex, rowMajor, type View } from "../ndarray.js";
import { type Boundary, sourceIndex } from "./boundary.js";
import type { Axis, Reduction } from "./problem.js";

export interface Extension {
  boundary: Boundary;
  /** What "constant" continues with. */
  fill: number;
}

/** Samples from, …, from + size - 1 of the extension of one axis of a view. */
interface Stretch {
  axis: number;
  from: number;
  size: number;
}

/** The same operation on a signal that goes on beyond its edges. `axes` are the view's axes that are convolved, none of them dilated. */
export function extendSignal(reduction: Reduction, axes: readonly number[], extension: Extension): Reduction {
  const { problem } = reduction;
  const stretches = problem.axes.map((axis, d) => stretchOf(axis, axes[d] as number));
  if (isInside(stretches, problem.axes)) return reduction;
  return {
    ...reduction,
    problem: {
      ...problem,
      axes: problem.axes.map((axis, d) => ({ ...axis, x: (stretches[d] as Stretch).size, lo: axis.v * (axis.w - 1) })),
    },
    x: (view) => reduction.x(extend(view, stretches, extension)),
    extended: true,
  };
}

/** The gradient of `forward`'s extended signal, folded onto that signal; `reduction` is the gradient without a boundary. */
export function foldResult(
  reduction: Reduction,
  forward: readonly Axis[],
  axes: readonly number[],
  extension: Extension,
): Reduction {
  const { problem, outShape } = reduction;
  const stretches = forward.map((axis, d) => stretchOf(axis, axes[d] as number));
  if (isInside(stretches, forward)) return reduction;
  const shape = outShape.map((n, d) => stretches.find(({ axis }) => axis === d)?.size ?? n);
  return {
    ...reduction,
    problem: {
      ...problem,
      axes: problem.axes.map((axis, d) => {
        const { from, size } = stretches[d] as Stretch;
        return { ...axis, lo: axis.lo + from, count: size };
      }),
    },
    folded: { shape, fold: (extended, result) => foldBack(extended, stretches, extension, result) },
  };
}

/** The samples that the outputs of an axis meet. */
const stretchOf = ({ w, v, lo, step, count }: Axis, axis: number): Stretch => ({
  axis,
  from: lo - v * (w - 1),
  size: step * (count - 1) + v * (w - 1) + 1,
});

const isInside = (stretches: readonly Stretch[], axes: readonly Axis[]): boolean =>
  stretches.every(({ from, size }, d) => from >= 0 && from + size <= (axes[d] as Axis).x);

function extend(view: View, stretches: readonly Stretch[], { boundary, fill }: Extension): View {
  const dtype = floatDtype(view.dtype);
  if (boundary === "helical") {
    const { strip, array, extended } = wound(view.shape, stretches, dtype);
    gather(view, { ...strip, ...array }, view.shape.map(identity));
    return { ...strip, ...extended };
  }
  const sources = sourcesOf(view.shape, stretches, boundary);
  const to = allocate(
    sources.map(({ length }) => length),
    dtype,
    "the signal beyond its edges",
  );
  if (boundary === "constant") for (let i = 0; i < to.data.length; i += isComplex(dtype) ? 2 : 1) to.data[i] = fill;
  gather(view, to, sources);
  return to;
}

function foldBack(
  from: View<FloatArray>,
  stretches: readonly Stretch[],
  { boundary }: Extension,
  to: View<FloatArray>,
): void {
  if (boundary !== "helical") {
    scatter(from, to, sourcesOf(to.shape, stretches, boundary));
    return;
  }
  const { strip, array, extended } = wound(to.shape, stretches, to.dtype);
  scatter(from, { ...strip, ...extended }, from.shape.map(identity));
  scatter({ ...strip, ...array }, to, to.shape.map(identity));
}

/**
 * Strips that hold an array without gaps, with zeros before and after as far as the stretches reach; the array on them, and its
 * extension, whose elements share places.
 */
function wound(shape: readonly number[], stretches: readonly Stretch[], dtype: View["dtype"]) {
  const steps = rowMajor(stretches.map(({ axis }) => shape[axis] as number));
  const end = stretches.reduce((n, { axis }) => n * (shape[axis] as number), 1);
  const reach = (index: (stretch: Stretch) => number) =>
    stretches.reduce((sum, stretch, d) => sum + index(stretch) * (steps[d] as number), 0);
  const lowest = reach(({ from }) => from);
  const first = Math.min(0, lowest);
  const length =
    Math.max(
      end - 1,
      reach(({ from, size }) => from + size - 1),
    ) -
    first +
    1;
  const others = shape.map((n, d) => (stretches.some(({ axis }) => axis === d) ? 1 : n));
  const strip = allocate([...others, length], dtype, "the helix beyond its ends");
  const stride = shape.map((_, d) => {
    const place = stretches.findIndex(({ axis }) => axis === d);
    return place < 0 ? (strip.stride[d] as number) : (steps[place] as number);
  });
  const extendedShape = shape.map((n, d) => stretches.find(({ axis }) => axis === d)?.size ?? n);
  return {
    strip,
    array: { shape, stride, offset: -first },
    extended: { shape: extendedShape, stride, offset: lowest - first },
  };
}

/** For each axis, which sample stands at each index of the extension. */
function sourcesOf(
  shape: readonly number[],
  stretches: readonly Stretch[],
  boundary: Exclude<Boundary, "helical">,
): Int32Array[] {
  return shape.map((n, d) => {
    const stretch = stretches.find(({ axis }) => axis === d);
    if (!stretch) return identity(n);
    return Int32Array.from({ length: stretch.size }, (_, k) => sourceIndex(boundary, stretch.from + k, n));
  });
}

const identity = (n: number): Int32Array => Int32Array.from({ length: n }, (_, i) => i);

/** to[k] ← from[sources[k]]; what has no source is left. */
function gather(from: View, to: View<FloatArray>, sources: readonly Int32Array[]): void {
  const parts = isComplex(from.dtype) ? 2 : 1;
  forEachRow(sources, from, to, (source, target, row, sourceStep, targetStep) => {
    for (let k = 0; k < row.length; k++) {
      const i = row[k] as number;
      if (i < 0) continue;
      const [p, q] = [parts * (source + i * sourceStep), parts * (target + k * targetStep)];
      for (let part = 0; part < parts; part++) to.data[q + part] = from.data[p + part] as number;
    }
  });
}

/** to[sources[k]] += from[k], the adjoint of gather. */
function scatter(from: View<FloatArray>, to: View<FloatArray>, sources: readonly Int32Array[]): void {
  const parts = isComplex(from.dtype) ? 2 : 1;
  forEachRow(sources, to, from, (target, source, row, targetStep, sourceStep) => {
    for (let k = 0; k < row.length; k++) {
      const i = row[k] as number;
      if (i < 0) continue;
      const [p, q] = [parts * (source + k * sourceStep), parts * (target + i * targetStep)];
      for (let part = 0; part < parts; part++)
        to.data[q + part] = (to.data[q + part] as number) + (from.data[p + part] as number);
    }
  });
}

type VisitRow = (inner: number, outer: number, row: Int32Array, innerStep: number, outerStep: number) => void;

/** Visits every row of an extended array (`outer`) with the row of the array (`inner`) that stands there. */
function forEachRow(sources: readonly Int32Array[], inner: View, outer: View, visit: VisitRow): void {
  const last = sources.length - 1;
  const walk = (d: number, p: number, q: number): void => {
    const row = sources[d] as Int32Array;
    const [innerStep, outerStep] = [inner.stride[d] as number, outer.stride[d] as number];
    if (d === last) {
      visit(p, q, row, innerStep, outerStep);
      return;
    }
    for (let k = 0; k < row.length; k++) {
      const i = row[k] as number;
      if (i >= 0) walk(d + 1, p + i * innerStep, q + k * outerStep);
    }
  };
  walk(0, inner.offset, outer.offset);
}
