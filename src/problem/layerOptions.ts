// The options of a layer, PyTorch's, checked and spelt out for every spatial axis.
import { HelixError } from "../errors.js";
import { show } from "../ndarray.js";
import type { PaddingMode } from "./boundary.js";

/** One number for all spatial axes, or one for each. */
export type PerAxis = number | readonly number[];

/** Samples on both sides, of every axis or of each; [begin, end] for each axis; "same", as many outputs as samples; "valid", none. */
export type Padding = PerAxis | readonly (readonly [begin: number, end: number])[] | "same" | "valid";

export interface LayerOptions {
  /** How far the kernel moves from one output to the next; default 1. */
  stride?: PerAxis | undefined;
  /** How far x goes on beyond its edges; default 0. "same" needs stride 1, and puts the larger half at the end. */
  padding?: Padding | undefined;
  /** How far taps are apart; default 1. */
  dilation?: PerAxis | undefined;
  /** Into how many groups the channels fall, each with kernels of its own; default 1. */
  groups?: number | undefined;
  /** What padding consists of; default "zeros". */
  paddingMode?: PaddingMode | undefined;
}

/** How the kernel moves along one spatial axis: it has `w` taps, `dilation` apart, and moves by `stride` over x and its padding. */
export interface Window {
  w: number;
  stride: number;
  dilation: number;
  begin: number;
  end: number;
}

/** Taps, stride, dilation and padding of every spatial axis. */
export function windowsOf(taps: readonly number[], options: LayerOptions): Window[] {
  const rank = taps.length;
  const stride = perAxis("stride", options.stride ?? 1, rank, 1);
  const dilation = perAxis("dilation", options.dilation ?? 1, rank, 1);
  const extra = taps.map((w, d) => (dilation[d] as number) * (w - 1));
  const padding = paddingOf(options.padding ?? 0, extra, stride);
  return taps.map((w, d) => {
    const [begin, end] = padding[d] as [number, number];
    return { w, stride: stride[d] as number, dilation: dilation[d] as number, begin, end };
  });
}

export function perAxis(name: string, value: unknown, rank: number, least: number): number[] {
  const list = Array.isArray(value) ? value : new Array(rank).fill(value);
  const valid = list.every((n) => Number.isSafeInteger(n) && n >= least);
  if (valid && list.length === rank) return list;
  throw new HelixError(
    "option",
    `${name} must be a whole number, at least ${least}, or one for each of the ${rank} spatial axes; got ${show(value)}`,
    { expected: rank, actual: value },
  );
}

/** `extra` samples more than one are under the kernel. */
function paddingOf(padding: unknown, extra: readonly number[], stride: readonly number[]): [number, number][] {
  const rank = extra.length;
  if (padding === "valid") return extra.map(() => [0, 0]);
  if (padding === "same") {
    const axis = stride.findIndex((step) => step !== 1);
    if (axis >= 0)
      throw new HelixError(
        "option",
        `padding "same" needs stride 1; along spatial axis ${axis} it is ${stride[axis]}; give the padding in numbers`,
        { expected: 1, actual: stride[axis] },
      );
    return extra.map((more) => [Math.floor(more / 2), Math.ceil(more / 2)]);
  }
  const list = Array.isArray(padding) ? padding : new Array(rank).fill(padding);
  const isSize = (n: unknown): n is number => Number.isSafeInteger(n) && (n as number) >= 0;
  const pairs = list.map((one) => (Array.isArray(one) ? one : [one, one]));
  if (pairs.length === rank && pairs.every((pair) => pair.length === 2 && pair.every(isSize)))
    return pairs as [number, number][];
  throw new HelixError(
    "option",
    `padding must be "same", "valid", a whole number, at least 0, or one number or pair [begin, end] for each of the ${rank} spatial axes; got ${typeof padding === "string" ? `"${padding}"` : show(padding)}`,
    { expected: rank, actual: padding },
  );
}

/** How many groups are asked for. */
export function groupsOf(groups: unknown = 1): number {
  if (Number.isSafeInteger(groups) && (groups as number) >= 1) return groups as number;
  throw new HelixError("option", `groups must be a whole number, at least 1; got ${show(groups)}`, { actual: groups });
}

export function checkDivides(groups: number, channels: number, what: string): void {
  if (channels % groups === 0) return;
  throw new HelixError("option", `groups must divide ${what}, ${channels}; got ${groups}`, {
    expected: channels,
    actual: groups,
  });
}

/** A shape that an option gives in full, or its spatial axes alone, which `leading` then come before. */
export function fullShape(name: string, shape: unknown, leading: readonly number[], rank: number): number[] {
  const isShape = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n > 0);
  if (!isShape || (shape.length !== rank && shape.length !== rank - 2))
    throw new HelixError(
      "option",
      `${name} must be a shape of ${rank} axes, or of the ${rank - 2} spatial ones; got ${show(shape)}`,
      { expected: rank, actual: shape },
    );
  const full = shape.length === rank ? shape : [...leading, ...shape];
  const axis = leading.findIndex((n, d) => n !== full[d]);
  if (axis < 0) return full;
  throw new HelixError(
    "shape",
    `${name} must agree with the arrays; its axis ${axis} is ${full[axis]}, and the arrays make it ${leading[axis]}`,
    { expected: leading[axis], actual: full[axis] },
  );
}
