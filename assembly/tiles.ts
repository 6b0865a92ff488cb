// Direct sums of many channels, in tiles of four output channels by two vectors of positions, so that what is loaded of x serves four sums:
//
//   y[o][p] = Σ_k w[o][k] x[p + lag_k]        over the taps k of all input channels, whose strips lie one behind the other
//
// Positions are those of a strip that outputs fall on: a list of vectors covers them, whatever lies between is not computed. As in direct.ts, blocks
// of positions stay in the L1 cache, and partial sums have at most 64 taps.
import { add, broadcast, mulAdd, REAL, splat } from "./complex";

/** Output channels of a tile. */
export const OUTPUTS: usize = 4;

/** Vectors of a block (4 bytes each in their list), and taps of a partial sum. */
const BLOCK: usize = 4 * 32;
const PARTIAL: usize = 64;

/**
 * y ← the sums of OUTPUTS channels, `plane` bytes apart, at the vectors of positions whose offsets in bytes are listed from `vectors` on and before
 * `end`: an even number of them. `lags` are the taps' offsets in bytes; `weights` has OUTPUTS numbers for each.
 */
export function tiles(
  y: usize,
  plane: usize,
  x: usize,
  lags: usize,
  weights: usize,
  taps: usize,
  vectors: usize,
  end: usize,
): void {
  for (let from = vectors; from < end; from += BLOCK) {
    const to = min(end, from + BLOCK);
    // Once at least, so that without any taps y becomes zero.
    let tap: usize = 0;
    do {
      const stop = min(taps, tap + PARTIAL);
      for (let v = from; v < to; v += 8)
        tile(y, plane, x, lags + 4 * tap, lags + 4 * stop, weights + OUTPUTS * REAL * tap, v, tap > 0);
      tap = stop;
    } while (tap < taps);
  }
}

function tile(
  y: usize,
  plane: usize,
  x: usize,
  lag: usize,
  end: usize,
  weights: usize,
  vectors: usize,
  adds: bool,
): void {
  const p: usize = load<u32>(vectors);
  const q: usize = load<u32>(vectors, 4);
  const xp = x + p;
  const xq = x + q;
  let p0 = broadcast(0);
  let p1 = broadcast(0);
  let p2 = broadcast(0);
  let p3 = broadcast(0);
  let q0 = broadcast(0);
  let q1 = broadcast(0);
  let q2 = broadcast(0);
  let q3 = broadcast(0);
  for (; lag < end; lag += 4, weights += OUTPUTS * REAL) {
    const offset: usize = load<u32>(lag);
    const a = load<Vector>(xp + offset);
    const b = load<Vector>(xq + offset);
    const w0 = splat(weights);
    p0 = mulAdd(a, w0, p0);
    q0 = mulAdd(b, w0, q0);
    const w1 = splat(weights + REAL);
    p1 = mulAdd(a, w1, p1);
    q1 = mulAdd(b, w1, q1);
    const w2 = splat(weights + 2 * REAL);
    p2 = mulAdd(a, w2, p2);
    q2 = mulAdd(b, w2, q2);
    const w3 = splat(weights + 3 * REAL);
    p3 = mulAdd(a, w3, p3);
    q3 = mulAdd(b, w3, q3);
  }
  put(y + p, p0, adds);
  put(y + q, q0, adds);
  put(y + plane + p, p1, adds);
  put(y + plane + q, q1, adds);
  put(y + 2 * plane + p, p2, adds);
  put(y + 2 * plane + q, q2, adds);
  put(y + 3 * plane + p, p3, adds);
  put(y + 3 * plane + q, q3, adds);
}

function put(y: usize, sum: Vector, adds: bool): void {
  store<Vector>(y, adds ? add(load<Vector>(y), sum) : sum);
}

/**
 * Writes the taps of one output channel among the weights of `tiles`, times `scale`, and returns Σ |.| of them, in float64: NaN or infinite if one of them
 * is. `places` are their offsets in bytes from `array`.
 */
export function pack(weights: usize, places: usize, taps: usize, array: usize, scale: Real): f64 {
  let sum: f64 = 0;
  for (const end = places + 4 * taps; places < end; places += 4, weights += OUTPUTS * REAL) {
    const value = load<Real>(array + load<u32>(places));
    sum += <f64>abs<Real>(value);
    store<Real>(weights, value * scale);
  }
  return sum;
}
