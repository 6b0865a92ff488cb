// The oracle: the primitive by its definition, in float64, sharing no code with the library.
//
//   out[b,g,o,t] = Σ_c Σ x[b,g,c,i] w[g,o,c,j] over all i, j with u·i + v·j = lo + step·t on every axis
import type { Axis, Problem } from "../src/problem/problem.js";

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
  // The last axis stays apart: a list of all that meets would not fit into memory.
  const rows = combine(axes.slice(0, -1).map(meetings));
  const row = meetings(axes.at(-1) as Axis);
  for (let b = 0; b < batch; b++)
    for (let g = 0; g < groups; g++)
      for (let o = 0; o < cout; o++)
        for (let c = 0; c < cin; c++) {
          const xBase = ((b * groups + g) * cin + c) * size("x");
          const wBase = ((g * cout + o) * cin + c) * size("w");
          const outBase = ((b * groups + g) * cout + o) * size("count");
          for (const [i, j, t] of rows) {
            const [xRow, wRow, outRow] = [xBase + i * row.x, wBase + j * row.w, outBase + t * row.count];
            for (const [di, dj, dt] of row.list)
              accumulate({ out, magnitude }, parts === 2, problem.conj, x, xRow + di, w, wRow + dj, outRow + dt);
          }
        }
  return { out, magnitude };
}

function add(sums: Float64Array, index: number, term: number): void {
  sums[index] = (sums[index] as number) + term;
}

/** out[t] += x[i] w[j] */
function accumulate(
  { out, magnitude }: Expected,
  complex: boolean,
  conj: Problem["conj"],
  x: ArrayLike<number>,
  i: number,
  w: ArrayLike<number>,
  j: number,
  t: number,
): void {
  if (!complex) {
    const product = (x[i] as number) * (w[j] as number);
    add(out, t, product);
    add(magnitude, t, Math.abs(product));
    return;
  }
  const [xRe, xIm] = [x[2 * i] as number, (x[2 * i + 1] as number) * (conj.x ? -1 : 1)];
  const [wRe, wIm] = [w[2 * j] as number, (w[2 * j + 1] as number) * (conj.w ? -1 : 1)];
  add(out, 2 * t, xRe * wRe - xIm * wIm);
  add(out, 2 * t + 1, xRe * wIm + xIm * wRe);
  // Math.hypot would take most of the time.
  add(magnitude, t, Math.sqrt((xRe * xRe + xIm * xIm) * (wRe * wRe + wIm * wIm)));
}

/** What meets along one axis: sample i of `x`, sample j of `w`, in output t of `count`. */
interface Meetings {
  x: number;
  w: number;
  count: number;
  list: [i: number, j: number, t: number][];
}

function meetings({ x, w, u, v, lo, step, count }: Axis): Meetings {
  const list: Meetings["list"] = [];
  for (let t = 0; t < count; t++)
    for (let j = 0; j < w; j++) {
      const i = (lo + step * t - v * j) / u;
      if (Number.isInteger(i) && i >= 0 && i < x) list.push([i, j, t]);
    }
  return { x, w, count, list };
}

/** All that meets, with row-major indices over all axes. */
function combine(axes: Meetings[]): Meetings["list"] {
  return axes.reduce<Meetings["list"]>(
    (outer, { x, w, count, list }) =>
      outer.flatMap(([i, j, t]) =>
        list.map(([di, dj, dt]): [number, number, number] => [i * x + di, j * w + dj, t * count + dt]),
      ),
    [[0, 0, 0]],
  );
}

export interface Convolution {
  operation: "convolve" | "correlate";
  mode: "full" | "same" | "valid";
  signalShape: readonly number[];
  /** Of the signal's rank; 1 where the kernel is broadcast. */
  kernelShape: readonly number[];
  /** Whether each axis is convolved. */
  convolved: readonly boolean[];
  complex: boolean;
}

/** convolve and correlate by their definitions: the full result, of which the mode is a window. */
export function convolutionOracle(
  problem: Convolution,
  x: ArrayLike<number>,
  w: ArrayLike<number>,
): Expected & { shape: number[] } {
  const { operation, mode, signalShape, kernelShape, convolved, complex } = problem;
  const correlating = operation === "correlate";
  const axes = signalShape.map((m, d): Meetings => {
    const n = kernelShape[d] as number;
    if (!convolved[d]) {
      const count = Math.max(m, n);
      const list = Array.from({ length: count }, (_, t): [number, number, number] => [m > 1 ? t : 0, n > 1 ? t : 0, t]);
      return { x: m, w: n, count, list };
    }
    const window = {
      full: [0, m + n - 1],
      same: [Math.floor((n - 1) / 2), m],
      valid: [Math.min(m, n) - 1, Math.abs(m - n) + 1],
    };
    const [lo, count] = window[mode] as [number, number];
    const found = meetings({ x: m, w: n, u: 1, v: 1, lo, step: 1, count });
    return { ...found, list: found.list.map(([i, j, t]) => [i, correlating ? n - 1 - j : j, t]) };
  });
  const shape = axes.map(({ count }) => count);
  const size = shape.reduce((product, n) => product * n, 1);
  const out = new Float64Array(size * (complex ? 2 : 1));
  const magnitude = new Float64Array(size);
  for (const [i, j, t] of combine(axes))
    accumulate({ out, magnitude }, complex, { x: false, w: correlating }, x, i, w, j, t);
  return { out, magnitude, shape };
}

/** |y - out|_2 / |magnitude|_2; 0 where everything is zero. Undefined values count as infinitely wrong. */
export function errorOf(y: ArrayLike<number>, { out, magnitude }: Expected): number {
  if (y.length !== out.length) return Number.POSITIVE_INFINITY;
  const difference = Math.sqrt(out.reduce((sum, value, i) => sum + ((y[i] as number) - value) ** 2, 0));
  const scale = Math.sqrt(magnitude.reduce((sum, value) => sum + value ** 2, 0));
  if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
  return difference === 0 ? 0 : difference / scale;
}
