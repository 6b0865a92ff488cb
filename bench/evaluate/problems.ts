// Seeded random problems: of rank 1 to 6, of 10^2 to 10^7 numbers, kernels of 2 taps to half the signal, some with batches and channels, in both
// precisions.
import type { Axis, Problem } from "../../src/problem/problem.js";
import { Random } from "../../test/random.js";

const DECADES = [2, 7] as const;

export function randomProblem(seed: number): Problem {
  const random = new Random(seed);
  const rank = random.integer(1, 6);
  const [batch, cin, cout] = (random.chance(0.4) ? [1, 2, 3].map(() => random.integer(1, 4)) : [1, 1, 1]) as [
    number,
    number,
    number,
  ];
  const [least, most] = DECADES;
  const points = 10 ** (least + (most - least) * random.next()) / (batch * cin);
  const mode = random.pick(["same", "full", "valid"] as const);
  const axes = Array.from({ length: rank }, (): Axis => {
    const x = Math.max(2, Math.round(points ** (1 / rank) * 2 ** (random.next() - 0.5)));
    const w = random.integer(1, Math.max(2, Math.round((x / 2) ** random.next())));
    const window = { full: [0, x + w - 1], same: [Math.floor((w - 1) / 2), x], valid: [w - 1, x - w + 1] };
    const [lo, count] = window[mode] as [number, number];
    return { x, w, u: 1, v: 1, lo, step: 1, count };
  });
  if (axes.every(({ w }) => w === 1)) return randomProblem(seed + 1_000_000);
  const precision = random.pick(["f32", "f64"] as const);
  return { precision, field: "real", conj: { x: false, w: false }, batch, groups: 1, cin, cout, axes };
}

export const titleOf = ({ precision, batch, cin, cout, axes }: Problem): string =>
  `${precision} ${batch}x${cin}->${cout} (${axes.map(({ x }) => x)}) * (${axes.map(({ w }) => w)}), ${axes.map(({ count }) => count)} wanted`;
