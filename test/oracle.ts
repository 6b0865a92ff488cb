// The oracle: the primitive by its definition, in float64, sharing no code with the library.
//
//   out[b,g,o,t] = Σ_c Σ x[b,g,c,i] w[g,o,c,j] over all i, j with u·i + v·j = lo + step·t on every axis
import type { Problem } from "../src/problem/problem.js";

/** x is laid out as [b,g,c,…], w as [g,o,c,…] and out as [b,g,o,…], row-major; complex numbers are pairs. */
export interface Expected {
  out: Float64Array;
  /** The same sums of absolute values: what errors are relative to. */
  magnitude: Float64Array;
}

export function oracle(problem: Problem, x: ArrayLike<number>, w: ArrayLike<number>): Expected {
  const { batch, groups, cin, cout, axes, field } = problem;
  const parts = field === "complex" ? 2 : 1;
  const size = (which: "x" | "w" | "count") => axes.reduce((n, axis) => n * axis[which], 1);
  const outSize = batch * groups * cout * size("count");
  const out = new Float64Array(parts * outSize);
  const magnitude = new Float64Array(outSize);
  const pairs = matches(problem);
  for (let b = 0; b < batch; b++)
    for (let g = 0; g < groups; g++)
      for (let o = 0; o < cout; o++)
        for (let c = 0; c < cin; c++) {
          const xBase = ((b * groups + g) * cin + c) * size("x");
          const wBase = ((g * cout + o) * cin + c) * size("w");
          const outBase = ((b * groups + g) * cout + o) * size("count");
          for (const [i, j, t] of pairs) {
            const [xi, wj, y] = [parts * (xBase + i), parts * (wBase + j), outBase + t];
            const xRe = x[xi] as number;
            const wRe = w[wj] as number;
            if (parts === 1) {
              out[y] = (out[y] as number) + xRe * wRe;
              magnitude[y] = (magnitude[y] as number) + Math.abs(xRe * wRe);
              continue;
            }
            const xIm = (x[xi + 1] as number) * (problem.conj.x ? -1 : 1);
            const wIm = (w[wj + 1] as number) * (problem.conj.w ? -1 : 1);
            out[2 * y] = (out[2 * y] as number) + (xRe * wRe - xIm * wIm);
            out[2 * y + 1] = (out[2 * y + 1] as number) + (xRe * wIm + xIm * wRe);
            magnitude[y] = (magnitude[y] as number) + Math.hypot(xRe, xIm) * Math.hypot(wRe, wIm);
          }
        }
  return { out, magnitude };
}

/** All flat (i, j, t) that meet, axis by axis. */
function matches({ axes }: Problem): [i: number, j: number, t: number][] {
  let list: [number, number, number][] = [[0, 0, 0]];
  for (const { x, w, u, v, lo, step, count } of axes) {
    const here: [number, number, number][] = [];
    for (let t = 0; t < count; t++)
      for (let j = 0; j < w; j++) {
        const i = (lo + step * t - v * j) / u;
        if (Number.isInteger(i) && i >= 0 && i < x) here.push([i, j, t]);
      }
    list = list.flatMap(([i, j, t]) =>
      here.map(([di, dj, dt]): [number, number, number] => [i * x + di, j * w + dj, t * count + dt]),
    );
  }
  return list;
}

/** |y - out|_2 / |magnitude|_2; 0 where everything is zero. Undefined values count as infinitely wrong. */
export function errorOf(y: ArrayLike<number>, { out, magnitude }: Expected): number {
  if (y.length !== out.length) return Number.POSITIVE_INFINITY;
  const difference = Math.sqrt(out.reduce((sum, value, i) => sum + ((y[i] as number) - value) ** 2, 0));
  const scale = Math.sqrt(magnitude.reduce((sum, value) => sum + value ** 2, 0));
  if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
  return difference === 0 ? 0 : difference / scale;
}
