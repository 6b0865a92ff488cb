// Where the elements of a slab lie, in their array and on the helix: what backends that wind piece by piece have to know of both.
import { rangeOf } from "../ndarray.js";
import type { Plan } from "../plan/plan.js";
import type { Operand } from "../problem/problem.js";

export type Which = "x" | "w" | "out";

/** An axis of a slab: how many elements, how far apart in the array (elements) and on the helix (numbers). */
export interface HelixAxis {
  count: number;
  stride: number;
  step: number;
}

/** Which field of an AxisPlan says how far apart an operand's samples are. */
export const dilations = { x: "u", w: "v", out: "step" } as const;

/** The wound axes of an operand. */
export const innerAxes = (plan: Plan, { stride }: Pick<Operand, "stride">, which: Which): HelixAxis[] =>
  plan.axes.slice(plan.outer).map((axis, d) => ({
    count: axis[which].size,
    stride: stride[plan.outer + d] as number,
    step: axis[dilations[which]] * (plan.stride[plan.outer + d] as number),
  }));

/** Position of the last element, from the first. */
export const reachOf = (axes: readonly HelixAxis[]): number =>
  axes.reduce((sum, { count, step }) => sum + (count - 1) * step, 0);

/** Whether elements lie in row-major order without gaps. */
export function isPacked(axes: readonly HelixAxis[]): boolean {
  let size = 1;
  for (const { count, stride } of [...axes].reverse()) {
    if (count > 1 && stride !== size) return false;
    size *= count;
  }
  return true;
}

/** First and last element, from the one at position 0 on, of a stretch that holds all with positions from `low` on and before `high`. */
export function touched(
  axes: readonly HelixAxis[],
  low: number,
  high: number,
): [first: number, last: number] | undefined {
  const [{ count, stride, step }, ...inside] = axes as [HelixAxis, ...HelixAxis[]];
  const from = Math.max(0, Math.ceil((low - reachOf(inside)) / step));
  const to = Math.min(count, Math.floor((high - 1) / step) + 1);
  if (from >= to) return undefined;
  const { first, last } = rangeOf({
    shape: [to - from, ...inside.map((axis) => axis.count)],
    stride: axes.map((axis) => axis.stride),
    offset: from * stride,
  });
  return [first, last];
}

/** How many elements have positions before `high`; in row-major order they are the first. */
export function elementsBefore(axes: readonly HelixAxis[], high: number): number {
  let elements = 0;
  let left = high - 1;
  if (left < 0) return 0;
  for (const [d, { count, step }] of axes.entries()) {
    const size = axes.slice(d + 1).reduce((n, axis) => n * axis.count, 1);
    const whole = Math.floor(left / step);
    if (whole >= count) return elements + count * size;
    elements += whole * size;
    left -= whole * step;
  }
  return elements + 1;
}
