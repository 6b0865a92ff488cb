// Arrays between JavaScript and an instance's memory, and the axis lists by which assembly/helix.ts walks them.
import { isComplex, rangeOf, type View } from "../../ndarray.js";
import type { Plan, Range } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Output } from "../backend.js";
import type { Instance } from "./instance.js";

/** An array in memory: element k, which may lie before or after the ones that were copied, is at `base + k · element`. */
export interface Staged {
  base: number;
  /** Bytes of an element. */
  element: number;
}

/** Copies the stretch of data that a view touches. Real data becomes complex where the plan is complex. */
export function stage(instance: Instance, { field }: Plan, view: View): Staged {
  const { first, last } = rangeOf(view);
  const parts = field === "complex" ? 2 : 1;
  const element = parts * instance.real;
  const count = last + 1 - first;
  const address = instance.allocate(count * element);
  const target = instance.reals(address, count * parts);
  if (isComplex(view.dtype)) target.set(cut(view.data, 2 * first, 2 * last + 2));
  else if (parts === 1) target.set(cut(view.data, first, last + 1));
  else {
    target.fill(0);
    for (let k = 0; k < count; k++) target[2 * k] = view.data[first + k] as number;
  }
  return { base: address - first * element, element };
}

function cut(data: ArrayLike<number>, from: number, to: number): ArrayLike<number> {
  if (from === 0 && to === data.length) return data;
  return Array.isArray(data) ? data.slice(from, to) : (data as Float64Array).subarray(from, to);
}

/** Room for a result, cleared if the plan leaves some of it zero. */
export function stageOutput(instance: Instance, plan: Plan, { view }: Output): Staged {
  const size = view.shape.reduce((product, n) => product * n, 1);
  const element = (plan.field === "complex" ? 2 : 1) * instance.real;
  const address = instance.allocate(size * element);
  const written = plan.axes.reduce((n, { out }) => n * out.size, plan.batch * plan.groups * plan.cout);
  if (written < size) instance.exports.clear(address, size * element);
  return { base: address - view.offset * element, element };
}

/** Copies a result to where the caller wants it. */
export function collect(instance: Instance, { base, element }: Staged, { view }: Output): void {
  const parts = element / instance.real;
  const size = view.shape.reduce((product, n) => product * n, 1);
  view.data.set(instance.reals(base + view.offset * element, size * parts), view.offset * parts);
}

/** Address of the first element that takes part in a slice. */
export function sliceAddress(
  { base, element }: Staged,
  operand: Operand,
  ranges: readonly Range[],
  roleOffset: number,
): number {
  const start = ranges.reduce((sum, range, d) => sum + range.start * (operand.stride[d] as number), 0);
  return base + (roleOffset + start) * element;
}

/** An axis for assembly/helix.ts: how many elements, how far apart in the array (bytes) and on the helix (numbers). */
export interface HelixAxis {
  count: number;
  stride: number;
  step: number;
}

/** Axes in memory. Axes of one element are left out, and neighbours that are contiguous on both sides become one. */
export interface AxisList {
  address: number;
  rank: number;
}

export function writeAxes(instance: Instance, axes: readonly HelixAxis[]): AxisList {
  const merged: HelixAxis[] = [];
  for (const axis of axes) {
    const outer = merged.at(-1);
    if (axis.count === 1) continue;
    if (outer && outer.stride === axis.count * axis.stride && outer.step === axis.count * axis.step)
      merged[merged.length - 1] = { ...axis, count: outer.count * axis.count };
    else merged.push(axis);
  }
  if (merged.length === 0) merged.push({ count: 1, stride: 0, step: 0 });
  const address = instance.allocate(merged.length * instance.exports.AXIS.value);
  instance.words(address, 3 * merged.length).set(merged.flatMap(({ count, stride, step }) => [count, stride, step]));
  return { address, rank: merged.length };
}
