// The wound axes of an operand as shaders/helix.wgsl sees them, and the index tables by which it finds their elements.
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import { dilations, type HelixAxis, innerAxes, type Which } from "../helixAxes.js";

/** An axis by its coordinates: elements are `dilation` of them apart, and it has `pitch` in all, its gap included. */
export interface TurnedAxis {
  count: number;
  stride: number;
  dilation: number;
  pitch: number;
}

export type WoundAxis = HelixAxis & TurnedAxis;

/** The wound axes of an operand. */
export function woundAxes(plan: Plan, operand: Pick<Operand, "stride">, which: Which): WoundAxis[] {
  const inner = plan.axes.slice(plan.outer);
  return innerAxes(plan, operand, which).map((axis, d) => {
    const { pitch, ...steps } = inner[d] as (typeof inner)[0];
    return { ...axis, dilation: steps[dilations[which]], pitch };
  });
}

/** The same axes of an array that is row-major and has nothing but them. */
export function packedAxes(axes: readonly WoundAxis[]): WoundAxis[] {
  return axes.map((axis, d) => ({ ...axis, stride: axes.slice(d + 1).reduce((n, { count }) => n * count, 1) }));
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
export function helixTable(axes: readonly TurnedAxis[]): HelixTable {
  const [{ count, stride, dilation }, ...inside] = axes as [TurnedAxis, ...TurnedAxis[]];
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
  const length = ({ inner, outer }: { inner: TurnedAxis[]; outer: TurnedAxis[] }) => turnOf(inner) + turnOf(outer);
  const { inner, outer } = splits.reduce((best, split) => (length(split) < length(best) ? split : best));
  return {
    pitch: turnOf(inner),
    end: extent * turn,
    places: Int32Array.from([...sums(inner), ...sums(outer)]),
  };
}

/** Positions of one turn around some axes. */
const turnOf = (axes: readonly TurnedAxis[]): number => axes.reduce((n, { pitch }) => n * pitch, 1);

/** Of each coordinate of an axis, the element, or GAP. */
function offsets({ count, stride, dilation, pitch }: TurnedAxis): number[] {
  return Array.from({ length: pitch }, (_, c) =>
    c % dilation === 0 && c < count * dilation ? (c / dilation) * stride : GAP,
  );
}

/** Of each position of a turn around some axes, the element, or GAP. */
const sums = (axes: readonly TurnedAxis[]): number[] =>
  axes.reduce<number[]>(
    (outer, axis) => {
      const list = offsets(axis);
      return outer.flatMap((a) => list.map((b) => Math.max(GAP, a + b)));
    },
    [0],
  );
