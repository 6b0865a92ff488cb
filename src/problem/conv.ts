// A layer and its gradients as the primitive. With y = conv(x, weight) of problem/layer.ts, along each spatial axis:
//
//                      x                      w                                u       v         lo                          step      count
//   conv               x                      flip(weight)                     1       dilation  dilation (k - 1) - begin    stride    out
//   gradient of x      g                      conj(weight), o and c exchanged  stride  dilation  begin                       1         m
//   gradient of weight conj(x): b = c, c = N  flip(g): c = N                   1       stride    stride (out - 1) - begin    dilation  k
//
// convTranspose is the gradient of x without the conjugate. Complex gradients are PyTorch's: those with respect to the conjugate variable,
// along which a real loss grows fastest; then <conv(x), g> = <x, gradient of x> with <a, b> = Σ conj(a) b.
import { flip, isComplex, type View } from "../ndarray.js";
import { boundaryOfPadding } from "./boundary.js";
import { type ArraySpec, arithmeticOf } from "./convolve.js";
import { extendSignal, foldResult } from "./extension.js";
import {
  checkGrad,
  checkRanks,
  inputShape,
  type Layer,
  type LayerAxis,
  layerOf,
  outputShape,
  transposedLayerOf,
  weightShape,
} from "./layer.js";
import { checkDivides, fullShape, groupsOf, type LayerOptions, type PerAxis } from "./layerOptions.js";
import { onMetPhases } from "./phases.js";
import type { Axis, Operand, Problem, Reduction } from "./problem.js";

export function reduceConv(x: ArraySpec, weight: ArraySpec, options: LayerOptions): Reduction {
  const layer = layerOf(x.shape, weight.shape, options);
  return onMetPhases(padded(forward(layer, x, weight), options));
}

export function reduceConvTranspose(
  x: ArraySpec,
  weight: ArraySpec,
  options: LayerOptions & { outputPadding?: PerAxis | undefined },
): Reduction {
  return backward(transposedLayerOf(x.shape, weight.shape, options), x, weight, false);
}

export function reduceConvGradInput(
  grad: ArraySpec,
  weight: ArraySpec,
  options: LayerOptions & { inputShape: readonly number[] },
): Reduction {
  const rank = grad.shape.length;
  checkRanks("grad", grad.shape, weight.shape);
  const channels = (weight.shape[1] as number) * groupsOf(options.groups);
  const x = fullShape("inputShape", options.inputShape, [grad.shape[0] as number, channels], rank);
  const layer = layerOf(x, weight.shape, options);
  checkGrad(grad, layer);
  const reduction = backward(layer, grad, weight, isComplex(weight.dtype));
  const boundary = boundaryOfPadding(options.paddingMode ?? "zeros");
  if (boundary === "zero") return reduction;
  const { problem } = forward(layer, grad, weight);
  return foldResult(reduction, problem.axes, spatialAxes(rank), { boundary, fill: 0 });
}

export function reduceConvGradWeight(
  x: ArraySpec,
  grad: ArraySpec,
  options: LayerOptions & { kernelShape: readonly number[] },
): Reduction {
  const rank = grad.shape.length;
  checkRanks("grad", grad.shape, grad.shape);
  const groups = groupsOf(options.groups);
  const [, channels = 1] = x.shape;
  checkDivides(groups, channels, "the channels of x (axis 1)");
  const weight = fullShape("kernelShape", options.kernelShape, [grad.shape[1] as number, channels / groups], rank);
  const layer = layerOf(x.shape, weight, options);
  checkGrad(grad, layer);
  return padded(gradWeight(layer, x, grad), options);
}

/** The same on an x that goes on beyond its edges as `paddingMode` says. */
function padded(reduction: Reduction, { paddingMode = "zeros" }: LayerOptions): Reduction {
  const boundary = boundaryOfPadding(paddingMode);
  if (boundary === "zero") return reduction;
  const axes = spatialAxes(reduction.outShape.length);
  return extendSignal(reduction, axes, { boundary, fill: 0 });
}

function forward(layer: Layer, x: ArraySpec, weight: ArraySpec): Reduction {
  const axis = ({ x, w, out, stride, dilation, begin }: LayerAxis): Axis => {
    return { x, w, u: 1, v: dilation, lo: dilation * (w - 1) - begin, step: stride, count: out };
  };
  return {
    problem: {
      ...arithmeticOf(x, weight),
      conj: { x: false, w: false },
      batch: layer.batch,
      groups: layer.groups,
      cin: layer.cin,
      cout: layer.cout,
      axes: layer.axes.map(axis),
    },
    outShape: outputShape(layer),
    x: (view) => byBatch(view, layer, layer.cin),
    w: (view) => byOutput(reversed(view), layer),
    out: (view) => byBatch(view, layer, layer.cout),
  };
}

function backward(layer: Layer, grad: ArraySpec, weight: ArraySpec, conjugate: boolean): Reduction {
  const axis = ({ x, w, out, stride, dilation, begin }: LayerAxis): Axis => {
    return { x: out, w, u: stride, v: dilation, lo: begin, step: 1, count: x };
  };
  return {
    problem: {
      ...arithmeticOf(grad, weight),
      conj: { x: false, w: conjugate },
      batch: layer.batch,
      groups: layer.groups,
      cin: layer.cout,
      cout: layer.cin,
      axes: layer.axes.map(axis),
    },
    outShape: inputShape(layer),
    x: (view) => byBatch(view, layer, layer.cout),
    w: (view) => byInput(view, layer),
    out: (view) => byBatch(view, layer, layer.cin),
  };
}

function gradWeight(layer: Layer, x: ArraySpec, grad: ArraySpec): Reduction {
  const axis = ({ x, w, out, stride, dilation, begin }: LayerAxis): Axis => {
    return { x, w: out, u: 1, v: stride, lo: stride * (out - 1) - begin, step: dilation, count: w };
  };
  const problem: Problem = {
    ...arithmeticOf(x, grad),
    conj: { x: isComplex(x.dtype), w: false },
    batch: layer.cin,
    groups: layer.groups,
    cin: layer.batch,
    cout: layer.cout,
    axes: layer.axes.map(axis),
  };
  return {
    problem,
    outShape: weightShape(layer),
    x: (view) => byChannel(view, layer, layer.cin),
    w: (view) => byChannel(reversed(view), layer, layer.cout),
    out: (view) => byInput(view, layer),
  };
}

type Roles = Pick<Layer, "batch" | "groups">;

/** An array (N, G channels, …) as x or out: batch is N. */
const byBatch = <V extends View>(view: V, { batch, groups }: Roles, channels: number): Operand<V> =>
  operand(view, along(view, 0, batch), along(view, 1, groups, channels), along(view, 1, channels));

/** An array (N, G channels, …) in a sum over N: batch is the channels. */
const byChannel = (view: View, { batch, groups }: Roles, channels: number): Operand =>
  operand(view, along(view, 1, channels), along(view, 1, groups, channels), along(view, 0, batch));

/** A weight (G cout, cin, …): batch is cout. */
const byOutput = (view: View, { groups, cin, cout }: Layer): Operand =>
  operand(view, along(view, 0, cout), along(view, 0, groups, cout), along(view, 1, cin));

/** A weight whose o and c are exchanged: batch is cin. */
const byInput = <V extends View>(view: V, { groups, cin, cout }: Layer): Operand<V> =>
  operand(view, along(view, 1, cin), along(view, 0, groups, cout), along(view, 0, cout));

const operand = <V extends View>(view: V, batch: number[], group: number[], channel: number[]): Operand<V> => ({
  view,
  batch: batch.map((element) => view.offset + element),
  group,
  channel,
  stride: view.stride.slice(2),
});

/** The element offsets of `count` indices along an axis, `step` indices apart. */
const along = ({ stride }: View, axis: number, count: number, step = 1): number[] =>
  Array.from({ length: count }, (_, k) => k * step * (stride[axis] as number));

/** The view reversed along its spatial axes. */
const reversed = (view: View): View => flip(view, spatialAxes(view.shape.length));

const spatialAxes = (rank: number): number[] => Array.from({ length: rank - 2 }, (_, d) => d + 2);
