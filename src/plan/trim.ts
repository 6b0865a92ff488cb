// Trimming keeps the outputs t with lo + step·t inside the full range, and the samples i of x and j of w for which some
// u·i + v·j can be such an output; one cut may allow another, so they alternate until nothing changes.
//
// After it every u·i, and every v·j, is at most the last wanted index: no wound index exceeds its pitch.
import type { Axis } from "../problem/problem.js";
import type { AxisPlan, Range } from "./plan.js";

type Interval = [first: number, last: number];

/** The axis without what cannot matter, or undefined if nothing can: all its outputs are zeros. */
export function trim({ x, w, u, v, lo, step, count }: Axis): Omit<AxisPlan, "pitch"> | undefined {
  let i: Interval = [0, x - 1];
  let j: Interval = [0, w - 1];
  let t: Interval = [0, count - 1];
  for (let before = ""; before !== `${i},${j},${t}`; ) {
    before = `${i},${j},${t}`;
    t = cut(t, u * i[0] + v * j[0] - lo, u * i[1] + v * j[1] - lo, step);
    i = cut(i, lo + step * t[0] - v * j[1], lo + step * t[1] - v * j[0], u);
    j = cut(j, lo + step * t[0] - u * i[1], lo + step * t[1] - u * i[0], v);
    if (t[0] > t[1] || i[0] > i[1] || j[0] > j[1]) return undefined;
  }
  const trimmed = {
    u,
    v,
    lo: lo + step * t[0] - u * i[0] - v * j[0],
    step,
    x: rangeOf(i),
    w: rangeOf(j),
    out: rangeOf(t),
  };
  return meetings(trimmed, 1) > 0 ? trimmed : undefined;
}

/** How many i, j, t with u·i + v·j = lo + step·t an axis has; counting may stop once `enough` are found. */
export function meetings(
  { u, v, lo, step, x, w, out }: Omit<AxisPlan, "pitch">,
  enough = Number.POSITIVE_INFINITY,
): number {
  const last = lo + step * (out.size - 1);
  const [few, fewStep, many, manyStep] = w.size <= x.size ? [w.size, v, x.size, u] : [x.size, u, w.size, v];
  const every = step / gcd(manyStep, step);
  let found = 0;
  for (let j = 0; j < few && found < enough; j++) {
    let [from, to] = cut([0, many - 1], lo - fewStep * j, last - fewStep * j, manyStep);
    for (let tries = 1; tries < every && (manyStep * from + fewStep * j - lo) % step !== 0; tries++) from++;
    if (from <= to && (manyStep * from + fewStep * j - lo) % step === 0) found += Math.floor((to - from) / every) + 1;
  }
  return found;
}

export const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/** The k of an interval with first <= k·step <= last. */
function cut([from, to]: Interval, first: number, last: number, step: number): Interval {
  return [Math.max(from, Math.ceil(first / step)), Math.min(to, Math.floor(last / step))];
}

const rangeOf = ([first, last]: Interval): Range => ({ start: first, size: last - first + 1 });
