// A kernel that is an outer product, w[k] = f_1[k_1] ⋯ f_d[k_d], is convolved along one axis after the other,
//
//   x * w = (…((x *_1 f_1) *_2 f_2) …) *_d f_d        *_a the convolution along axis a
//
// and the window of an axis is cut out in its own pass.
import type { Axis, Problem } from "../problem/problem.js";
import type { Range } from "./plan.js";
import { trim } from "./trim.js";

/** One axis of a problem as a problem of its own, in which the other axes are left as they are. */
export interface Pass {
  axis: number;
  /** The taps along it that can meet an output. */
  taps: Range;
  problem: Problem;
}

/** The passes for a separable kernel, the axis that shrinks most first; none unless two axes have more than one tap. */
export function passesOf(problem: Problem): Pass[] {
  const { axes, cin, cout, conj } = problem;
  const trimmed = axes.map(trim);
  if (!trimmed.every((axis) => axis !== undefined)) return [];
  if (cin * cout > 1 || axes.filter(({ w }) => w > 1).length < 2) return [];
  const growth = (d: number) => at(axes, d).count / at(axes, d).x;
  const order = axes.flatMap((axis, d) => (isKept(axis) ? [] : [d])).sort((a, b) => growth(a) - growth(b));
  return order.map((axis, p) => {
    const done = order.slice(0, p);
    const others = axes.map(({ x, count }, d) => kept(done.includes(d) ? count : x));
    return {
      axis,
      taps: at(trimmed, axis).w,
      problem: {
        ...problem,
        conj: { x: conj.x && p === 0, w: conj.w },
        axes: others.map((other, d) => (d === axis ? at(axes, d) : other)),
      },
    };
  });
}

/** An axis whose samples are its outputs. */
const kept = (size: number): Axis => ({ x: size, w: 1, u: 1, v: 1, lo: 0, step: 1, count: size });

const isKept = ({ x, w, u, lo, step, count }: Axis): boolean =>
  w === 1 && u === 1 && lo === 0 && step === 1 && count === x;

const at = <T>(list: readonly T[], i: number): T => list[i] as T;
