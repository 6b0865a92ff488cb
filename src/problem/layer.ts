// The geometry of a convolution layer, PyTorch's and ONNX's: arrays (N, C, d1, …, dn) of any rank, and a weight (O, C/G, k1, …, kn). Along
// each of the n spatial axes, with m samples, k taps and `begin` and `end` samples of padding, there are
//
//   out = floor((m + begin + end - dilation (k - 1) - 1) / stride) + 1
//
// outputs; output t meets tap j at sample stride t + dilation j - begin. The layer's transpose, and its gradients, share this geometry.
import { formatShape, HelixError } from "../errors.js";
import type { ArraySpec } from "./convolve.js";
import {
  checkDivides,
  groupsOf,
  type LayerOptions,
  type PerAxis,
  perAxis,
  type Window,
  windowsOf,
} from "./layerOptions.js";

/** One spatial axis: x has `x` samples, the result `out`. */
export interface LayerAxis extends Window {
  x: number;
  out: number;
}

/** `cin` and `cout` are the channels of one group. */
export interface Layer {
  batch: number;
  groups: number;
  cin: number;
  cout: number;
  axes: LayerAxis[];
}

/** The layer in which x (N, C, …) meets a weight (O, C/G, …). */
export function layerOf(x: readonly number[], weight: readonly number[], options: LayerOptions): Layer {
  const sizes = checkRanks("x", x, weight);
  const groups = groupsOf(options.groups);
  const [batch, channels] = x as [number, number];
  const [outChannels, cin] = weight as [number, number];
  if (channels !== cin * groups)
    throw new HelixError(
      "shape",
      `x must have as many channels (axis 1) as a weight of shape ${formatShape(weight)} takes in ${groups} group${groups > 1 ? "s" : ""}, ${cin * groups}; x ${formatShape(x)} has ${channels}`,
      { expected: cin * groups, actual: channels },
    );
  checkDivides(groups, outChannels, `the weight's output channels (axis 0 of ${formatShape(weight)})`);
  const taps = weight.slice(2);
  const axes = windowsOf(taps, options).map((axis, d): LayerAxis => {
    const { w, stride, dilation, begin, end } = axis;
    const m = sizes[d] as number;
    const extent = dilation * (w - 1) + 1;
    if (m + begin + end < extent)
      throw new HelixError(
        "shape",
        `the kernel must fit into x and its padding; along spatial axis ${d} its ${w} taps, ${dilation} apart, reach over ${extent} samples, and x ${formatShape(x)} has ${m} with padding ${begin} + ${end}; pad more`,
        { expected: extent, actual: m + begin + end },
      );
    return { ...axis, x: m, out: Math.floor((m + begin + end - extent) / stride) + 1 };
  });
  return { batch, groups, cin, cout: outChannels / groups, axes };
}

/**
 * The layer whose transpose takes x (N, C, …) through a weight (C, O/G, …): it leads from the transpose's result, whose shape it has
 * in `axes[d].x`, to x.
 */
export function transposedLayerOf(
  x: readonly number[],
  weight: readonly number[],
  options: LayerOptions & { outputPadding?: PerAxis | undefined },
): Layer {
  const sizes = checkRanks("x", x, weight);
  const groups = groupsOf(options.groups);
  const [batch, channels] = x as [number, number];
  const [inChannels, cin] = weight as [number, number];
  if (channels !== inChannels)
    throw new HelixError(
      "shape",
      `x must have as many channels (axis 1) as the weight ${formatShape(weight)} has along axis 0, ${inChannels}; x ${formatShape(x)} has ${channels}`,
      { expected: inChannels, actual: channels },
    );
  checkDivides(groups, channels, `the channels of x (axis 1 of ${formatShape(x)})`);
  if (options.padding === "same" || options.padding === "valid")
    throw new HelixError(
      "option",
      `padding of a transposed convolution must be numbers, which crop its result; got "${options.padding}"`,
      { actual: options.padding },
    );
  const extra = perAxis("outputPadding", options.outputPadding ?? 0, sizes.length, 0);
  const axes = windowsOf(weight.slice(2), options).map((axis, d): LayerAxis => {
    const { w, stride, dilation, begin, end } = axis;
    const [out, more] = [sizes[d] as number, extra[d] as number];
    if (more >= Math.max(stride, dilation))
      throw new HelixError(
        "option",
        `outputPadding must be less than stride or dilation; along spatial axis ${d} it is ${more}, with stride ${stride} and dilation ${dilation}`,
        { expected: Math.max(stride, dilation) - 1, actual: more },
      );
    const m = stride * (out - 1) + dilation * (w - 1) + 1 + more - begin - end;
    if (m < 1)
      throw new HelixError(
        "shape",
        `padding must leave something of the result; along spatial axis ${d} it has ${m + begin + end} samples, and padding ${begin} + ${end} is cut off; pad less`,
        { expected: m + begin + end - 1, actual: begin + end },
      );
    return { ...axis, x: m, out };
  });
  return { batch, groups, cin, cout: channels / groups, axes };
}

/** The shape of the layer's result. */
export const outputShape = ({ batch, groups, cout, axes }: Layer): number[] => [
  batch,
  groups * cout,
  ...axes.map(({ out }) => out),
];
/** The shape of what it takes. */
export const inputShape = ({ batch, groups, cin, axes }: Layer): number[] => [
  batch,
  groups * cin,
  ...axes.map(({ x }) => x),
];
export const weightShape = ({ groups, cin, cout, axes }: Layer): number[] => [
  groups * cout,
  cin,
  ...axes.map(({ w }) => w),
];

/** A gradient must have the shape of the layer's result. */
export function checkGrad({ shape }: ArraySpec, layer: Layer): void {
  const expected = outputShape(layer);
  const axis = expected.findIndex((n, d) => n !== shape[d]);
  if (shape.length === expected.length && axis < 0) return;
  const where = shape.length === expected.length ? `; axis ${axis} is ${shape[axis]}, not ${expected[axis]}` : "";
  throw new HelixError(
    "shape",
    `grad must have the shape of the layer's result, ${formatShape(expected)} for x ${formatShape(inputShape(layer))} and weight ${formatShape(weightShape(layer))}; it has ${formatShape(shape)}${where}`,
    { expected, actual: [...shape] },
  );
}

/** Checks that both are layers' arrays of one rank; the sizes of the spatial axes of the first. */
export function checkRanks(name: string, array: readonly number[], weight: readonly number[]): readonly number[] {
  const rank = array.length;
  if (rank < 3)
    throw new HelixError(
      "shape",
      `${name} must have axes (N, C, d1, …), at least one of them spatial; its shape is ${formatShape(array)}; put axes of size 1 before it`,
      { expected: 3, actual: rank },
    );
  if (weight.length !== rank)
    throw new HelixError(
      "shape",
      `weight must have as many axes as ${name} ${formatShape(array)}, ${rank}: two of channels and ${rank - 2} of taps; it has ${weight.length}, ${formatShape(weight)}`,
      { expected: rank, actual: weight.length },
    );
  return array.slice(2);
}
