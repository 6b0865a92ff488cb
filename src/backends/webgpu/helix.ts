// Where the elements of an array lie on the helix, for the host: which of them a stretch of it touches, and the index tables by which
// shaders/helix.wgsl finds them.
import { rangeOf } from "../../ndarray.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";

export type Which = "x" | "w" | "out";

/** A wound axis: how many elements, how far apart in the array and, in steps of the axis, on the helix, and the axis's extent there. */
export interface HelixAxis {
  count: number;
  stride: number;
  dilation: number;
  pitch: number;
}

const dilations = { x: "u", w: "v", out: "step" } as const;

/** The wound axes of an operand. */
export function innerAxes({ axes, outer }: Plan, { stride }: Pick<Operand, "stride">, which: Which): HelixAxis[] {
  return axes.slice(outer).map((axis, d) => ({
    count: axis[which].size,
    stride: stride[outer + d] as number,
    dilation: axis[dilations[which]],
    pitch: axis.pitch,
  }));
}

/** The same axes of an array that is row-major and has nothing but them. */
export function packedAxes(axes: readonly HelixAxis[]): HelixAxis[] {
  return axes.map((axis, d) => ({ ...axis, stride: axes.slice(d + 1).reduce((n, { count }) => n * count, 1) }));
}

/** Whether an array's elements lie in row-major order without gaps. */
export const isPacked = (axes: readonly HelixAxis[]): boolean =>
  packedAxes(axes).every(({ stride, count }, d) => count === 1 || stride === axes[d]?.stride);

/** Helix distance of an axis's elements. */
const stepOf = (axes: readonly HelixAxis[], d: number): number =>
  axes.slice(d + 1).reduce((n, { pitch }) => n * pitch, at(axes, d).dilation);

/** Position of the last element. */
export const reachOf = (axes: readonly HelixAxis[]): number =>
  axes.reduce((sum, { count }, d) => sum + (count - 1) * stepOf(axes, d), 0);

/** First and last element, from the one at position 0 on, of a stretch that holds all with positions from `low` on and before `high`. */
export function touched(
  axes: readonly HelixAxis[],
  low: number,
  high: number,
): [first: number, last: number] | undefined {
  const [outermost, ...inside] = axes as [HelixAxis, ...HelixAxis[]];
  const step = stepOf(axes, 0);
  const from = Math.max(0, Math.ceil((low - reachOf(inside)) / step));
  const to = Math.min(outermost.count, Math.floor((high - 1) / step) + 1);
  if (from >= to) return undefined;
  const { first, last } = rangeOf({
    shape: [to - from, ...inside.map(({ count }) => count)],
    stride: axes.map(({ stride }) => stride),
    offset: from * outermost.stride,
  });
  return [first, last];
}

/** How many elements have positions before `high`; in row-major order they are the first. */
export function elementsBefore(axes: readonly HelixAxis[], high: number): number {
  let elements = 0;
  let left = high - 1;
  if (left < 0) return 0;
  for (const [d, { count }] of axes.entries()) {
    const size = axes.slice(d + 1).reduce((n, axis) => n * axis.count, 1);
    const whole = Math.floor(left / stepOf(axes, d));
    if (whole >= count) return elements + count * size;
    elements += whole * size;
    left -= whole * stepOf(axes, d);
  }
  return elements + 1;
}

/** Element of position p < end: inner[p % pitch] + outer[p / pitch], from the one at position 0 on; hugely negative in a gap. */
export interface HelixTable {
  pitch: number;
  end: number;
  /** inner, then outer. */
  places: Int32Array;
}

/** More negative than NOWHERE of shaders/helix.wgsl whatever is added; two of them can be. */
const GAP = -(2 ** 30);

/** The tables of some axes: split between two axes, or within the outermost, wherever they become shortest. */
export function helixTable(axes: readonly HelixAxis[]): HelixTable {
  const [{ count, stride, dilation }, ...inside] = axes as [HelixAxis, ...HelixAxis[]];
  const extent = dilation * (count - 1) + 1;
  const turn = turnOf(inside);
  // Within the outermost axis: `cut` of its coordinates; that the last of them may be beyond its end is for `end` to say.
  const cut = dilation * Math.ceil(Math.sqrt(extent / turn) / dilation);
  const high = { count: Math.ceil(extent / cut), stride: (cut / dilation) * stride, dilation: 1 };
  const low = { count: cut / dilation, stride, dilation, pitch: cut };
  const whole = [{ count, stride, dilation, pitch: extent }, ...inside];
  const splits = [
    { inner: [low, ...inside], outer: [{ ...high, pitch: high.count }] },
    ...axes.map((_, d) => ({ inner: whole.slice(d + 1), outer: whole.slice(0, d + 1) })),
  ];
  const length = ({ inner, outer }: { inner: HelixAxis[]; outer: HelixAxis[] }) => turnOf(inner) + turnOf(outer);
  const { inner, outer } = splits.reduce((best, split) => (length(split) < length(best) ? split : best));
  return {
    pitch: turnOf(inner),
    end: extent * turn,
    places: Int32Array.from([...sums(inner), ...sums(outer)]),
  };
}

/** Positions of one turn around some axes. */
const turnOf = (axes: readonly HelixAxis[]): number => axes.reduce((n, { pitch }) => n * pitch, 1);

/** Of each coordinate of an axis, the element, or GAP. */
function offsets({ count, stride, dilation, pitch }: HelixAxis): number[] {
  return Array.from({ length: pitch }, (_, c) =>
    c % dilation === 0 && c < count * dilation ? (c / dilation) * stride : GAP,
  );
}

/** Of each position of a turn around some axes, the element, or GAP. */
const sums = (axes: readonly HelixAxis[]): number[] =>
  axes.reduce<number[]>(
    (outer, axis) => {
      const list = offsets(axis);
      return outer.flatMap((a) => list.map((b) => Math.max(GAP, a + b)));
    },
    [0],
  );

const at = <T>(list: readonly T[], i: number): T => list[i] as T;
