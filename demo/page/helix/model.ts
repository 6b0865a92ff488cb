// A small 2-D convolution on the helix, cell by cell: y[t] = Σ w[j] x[(t - lag_j) mod N], and where each term comes from (docs/helix.md).
import type { HelixPlan } from "../compute/helix.js";

/** How much gap there is: for the full result, enough for the window, one cell less than that, or none. */
export type Gaps = "textbook" | "enough" | "short" | "none";

export interface Tap {
  lag: number;
  weight: number;
}

export interface Term {
  x: number;
  weight: number;
  /** The cell of x; and whether the tap lies before the beginning of the strip, so that it meets the end. */
  from: number;
  wrapped: boolean;
}

export interface Output {
  value: number;
  /** Of cells that are no gap and taps that are not zero. */
  terms: Term[];
  /** Its place in the result, if it is wanted, and what the definition gives there. */
  wanted?: { row: number; column: number; exact: number };
}

export interface HelixModel {
  /** Rows and columns of the array, and of the sheet that is wound: its pitches. */
  size: [number, number];
  pitch: [number, number];
  length: number;
  /** The strip: numbers, and undefined for gaps, which are zeros. */
  x: (number | undefined)[];
  taps: Tap[];
  outputs: Output[];
}

export function modelOf({ axes, length }: HelixPlan, gaps: Gaps): HelixModel {
  const [down, across] = axes;
  if (!down || !across || axes.length !== 2) throw new Error("the picture is of two dimensions");
  const pitchOf = { textbook: full, enough: planned, short: planned, none: bare }[gaps];
  const pitch: [number, number] = [pitchOf(down), pitchOf(across)];
  const product = pitch[0] * pitch[1];
  const N = { textbook: product, enough: length, short: length - 1, none: product }[gaps];
  const size: [number, number] = [down.m, across.m];
  const x: (number | undefined)[] = new Array(N).fill(undefined);
  for (let i = 0; i < size[0] * size[1]; i++) x[Math.floor(i / size[1]) * pitch[1] + (i % size[1])] = i + 1;
  const w = weights(down.n, across.n);
  const taps = w.flatMap((row, j) => row.map((weight, k) => ({ lag: j * pitch[1] + k, weight })));
  const outputs = x.map((_, t) => outputOf(x, taps, t));
  for (let row = down.lo; row <= down.hi; row++)
    for (let column = across.lo; column <= across.hi; column++) {
      const output = outputs[(row * pitch[1] + column) % N] as Output;
      const place = { row: row - down.lo, column: column - across.lo };
      output.wanted = { ...place, exact: direct(size, w, row, column) };
    }
  return { size, pitch, length: N, x, taps, outputs };
}

export const isWrong = ({ value, wanted }: Output): boolean => wanted !== undefined && wanted.exact !== value;

interface Extents {
  m: number;
  n: number;
  pitch: number;
}

const full = ({ m, n }: Extents): number => m + n - 1;
const planned = ({ pitch }: Extents): number => pitch;
const bare = ({ m }: Extents): number => m;

function outputOf(x: readonly (number | undefined)[], taps: readonly Tap[], t: number): Output {
  const N = x.length;
  const terms = taps.flatMap(({ lag, weight }): Term[] => {
    const from = (((t - lag) % N) + N) % N;
    const value = x[from];
    return value === undefined || weight === 0 ? [] : [{ x: value, weight, from, wrapped: t < lag }];
  });
  return { value: terms.reduce((sum, { x, weight }) => sum + x * weight, 0), terms };
}

/** The kernel of docs/helix.md, or as much of it as is asked for. */
function weights(rows: number, columns: number): number[][] {
  const all = [
    [1, 2, 1],
    [2, 3, 0],
    [1, 0, -1],
  ];
  return all.slice(0, rows).map((row) => row.slice(0, columns));
}

/** The definition, of the array 1, 2, 3, …: (x * w)[row, column] of the full result. */
function direct([rows, columns]: [number, number], w: readonly number[][], row: number, column: number): number {
  let sum = 0;
  w.forEach((taps, j) => {
    taps.forEach((weight, k) => {
      const [a, b] = [row - j, column - k];
      if (a >= 0 && a < rows && b >= 0 && b < columns) sum += weight * (a * columns + b + 1);
    });
  });
  return sum;
}
