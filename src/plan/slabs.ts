// The outer axes of a spectral plan stay apart: one slab for each of their indices, and the sum over them is taken in the spectral domain,
//
//   Y[t] = Σ X[i] W[k]        over all i, k with u·i + v·k = lo + step·t on every outer axis
//
// and over input channels in the same way.
import type { AxisPlan, Plan } from "./plan.js";

/** Slabs of x, w and out in row-major order of the outer indices. */
export function slabCounts({ axes, outer }: Plan): Record<"x" | "w" | "out", number> {
  const count = (which: "x" | "w" | "out") => axes.slice(0, outer).reduce((n, axis) => n * axis[which].size, 1);
  return { x: count("x"), w: count("w"), out: count("out") };
}

/** The pairs (i, k) of slabs whose product belongs to slab t of the output, for every t. */
export function slabPairs({ axes, outer }: Plan): [i: number, k: number][][] {
  return axes
    .slice(0, outer)
    .reduce<[number, number][][]>(
      (slabs, axis) =>
        slabs.flatMap((pairs) =>
          Array.from({ length: axis.out.size }, (_, t) =>
            pairs.flatMap(([i, k]) =>
              meetingAt(axis, t).map(([di, dk]): [number, number] => [i * axis.x.size + di, k * axis.w.size + dk]),
            ),
          ),
        ),
      [[[0, 0]]],
    );
}

function meetingAt({ u, v, lo, step, x, w }: AxisPlan, t: number): [i: number, k: number][] {
  const pairs: [number, number][] = [];
  for (let k = 0; k < w.size; k++) {
    const i = (lo + step * t - v * k) / u;
    if (Number.isInteger(i) && i >= 0 && i < x.size) pairs.push([i, k]);
  }
  return pairs;
}

/** The element offset of every slab of an operand, from its first element that takes part. */
export function slabOffsets({ axes, outer }: Plan, which: "x" | "w" | "out", stride: readonly number[]): number[] {
  const origin = axes.reduce((sum, axis, d) => sum + axis[which].start * (stride[d] as number), 0);
  return axes
    .slice(0, outer)
    .reduce(
      (offsets, axis, d) =>
        offsets.flatMap((offset) =>
          Array.from({ length: axis[which].size }, (_, i) => offset + i * (stride[d] as number)),
        ),
      [origin],
    );
}
