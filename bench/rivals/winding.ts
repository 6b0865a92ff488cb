// What is composed by hand around a plain FFT, as plain JavaScript. The tight helix (docs/helix.md) of `same`, lo = ⌊(n - 1)/2⌋:
//
//   P = 1 + max(lo + m - 1, m + n - 2 - lo)        S_last = 1, S_d = S_(d+1) P_(d+1), φ(k) = Σ k_d S_d
//   a circular length of N = 1 + max(φ(lo + m - 1), φ(m + n - 2 - lo)) is enough; the outputs begin at φ(lo)
import { firstOfSame, sizeOf } from "../../src/cli/workloads.js";

export interface Helix {
  stride: number[];
  /** A circular length that is enough. */
  length: number;
  /** Helix positions of the first and last output, and of the last sample of the kernel. */
  first: number;
  last: number;
  lag: number;
}

export function helixOf(signal: readonly number[], kernel: readonly number[]): Helix {
  const axes = signal.map((m, d) => {
    const n = kernel[d] as number;
    const lo = firstOfSame(n);
    return { lo, hi: lo + m - 1, rest: m + n - 2 - lo, n };
  });
  const stride = new Array<number>(axes.length).fill(1);
  for (let d = axes.length - 2; d >= 0; d--) {
    const { hi, rest } = axes[d + 1] as (typeof axes)[number];
    stride[d] = (stride[d + 1] as number) * (1 + Math.max(hi, rest));
  }
  const at = (index: (axis: (typeof axes)[number]) => number) =>
    axes.reduce((sum, axis, d) => sum + index(axis) * (stride[d] as number), 0);
  const last = at(({ hi }) => hi);
  return {
    stride,
    first: at(({ lo }) => lo),
    last,
    lag: at(({ n }) => n - 1),
    length:
      1 +
      Math.max(
        last,
        at(({ rest }) => rest),
      ),
  };
}

/** The rows of a dense array on the helix: where each begins, and how long they are. */
export interface Rows {
  starts: Int32Array;
  length: number;
}

export function rowsOf(shape: readonly number[], stride: readonly number[]): Rows {
  const starts = new Int32Array(sizeOf(shape.slice(0, -1)));
  for (let row = 0; row < starts.length; row++)
    for (let d = shape.length - 2, rest = row; d >= 0; d--) {
      const m = shape[d] as number;
      starts[row] = (starts[row] as number) + (rest % m) * (stride[d] as number);
      rest = Math.floor(rest / m);
    }
  return { starts, length: shape.at(-1) as number };
}

/** Rows that are longer are copied by `set`, whose call costs as much as so many numbers. */
const LONG = 200;

/** Winds `array`, from number `from` on, onto `helix` at `base`. */
export function wind(helix: Float32Array, base: number, { starts, length }: Rows, array: Float32Array, from = 0): void {
  let k = from;
  for (let row = 0; row < starts.length; row++) {
    let at = base + (starts[row] as number);
    const end = k + length;
    if (length > LONG) {
      helix.set(array.subarray(k, end), at);
      k = end;
    } else while (k < end) helix[at++] = array[k++] as number;
  }
}

/** Unwinds `helix`, from `base` on, times `scale`, into `array` from number `from` on. */
export function unwind(
  helix: Float32Array,
  base: number,
  { starts, length }: Rows,
  scale: number,
  array: Float32Array,
  from = 0,
): void {
  let k = from;
  for (let row = 0; row < starts.length; row++) {
    let at = base + (starts[row] as number);
    for (const end = k + length; k < end; ) array[k++] = (helix[at++] as number) * scale;
  }
}
