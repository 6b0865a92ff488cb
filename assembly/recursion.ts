// Filters along a strip of reals, applied and divided:
//
//   apply:   y[t] = Σ_k w_k x[t - lag_k]
//   divide:  y[t] = x[t] / a - Σ_k a_k y[t - lag_k]        lag_k > 0
//
// A weight may differ between even and odd t, so that complex numbers, real and imaginary parts alternating, are strips of reals too. Reversed
// in place, filtered and reversed again, a strip meets the adjoint filter.
//
// A division goes block by block. Far taps, whose lags are no shorter than a block, are multiply-adds of the whole block. Then, with r what
// they leave, groups of GROUP outputs are one product of a matrix with r and with the outputs before, as near taps are short:
//
//   y[t + i] = Σ_k H[i,k] r[t + k] + Σ_m G[i,m] y[t - m]        0 <= i, k < GROUP
//
// where H is the inverse of the triangle that the near taps make within a group. src/backends/wasm/recursion.ts makes these tables.
import { add, broadcast, LANES, magnitude, mulAdd, REAL, splat } from "./complex";
import { TILE } from "./direct";

/** Outputs of a group. */
export const GROUP: usize = 2 * LANES;

/** Bytes of a far tap: its lag in bytes, then at WEIGHTS a vector of weights, that of even t first. */
export const FAR: usize = 32;
/** Bytes of a column of H or G: where its factor lies, in bytes from y[t], then at WEIGHTS a weight for each of the GROUP outputs. */
export const COLUMN: usize = 48;
export const WEIGHTS: usize = 16;

/** y ← Σ_k w_k x[t - lag_k], or added to y; `span` is a multiple of the tile. x is read as far back as the longest lag. */
function weigh(y: usize, x: usize, taps: usize, end: usize, span: usize, added: bool): void {
  for (let t: usize = 0; t < span * REAL; t += TILE * REAL) weighTile(y + t, x + t, taps, end, added);
}

function weighTile(y: usize, x: usize, taps: usize, end: usize, added: bool): void {
  let y0 = added ? load<Vector>(y) : broadcast(0);
  let y1 = added ? load<Vector>(y, sizeof<Vector>()) : broadcast(0);
  let y2 = added ? load<Vector>(y, 2 * sizeof<Vector>()) : broadcast(0);
  let y3 = added ? load<Vector>(y, 3 * sizeof<Vector>()) : broadcast(0);
  let y4 = added ? load<Vector>(y, 4 * sizeof<Vector>()) : broadcast(0);
  let y5 = added ? load<Vector>(y, 5 * sizeof<Vector>()) : broadcast(0);
  for (; taps < end; taps += FAR) {
    const p = x - load<usize>(taps);
    const even = load<Vector>(taps, WEIGHTS);
    const odd = LANES === 1 ? load<Vector>(taps, WEIGHTS + REAL) : even;
    y0 = mulAdd(load<Vector>(p), even, y0);
    y1 = mulAdd(load<Vector>(p, sizeof<Vector>()), odd, y1);
    y2 = mulAdd(load<Vector>(p, 2 * sizeof<Vector>()), even, y2);
    y3 = mulAdd(load<Vector>(p, 3 * sizeof<Vector>()), odd, y3);
    y4 = mulAdd(load<Vector>(p, 4 * sizeof<Vector>()), even, y4);
    y5 = mulAdd(load<Vector>(p, 5 * sizeof<Vector>()), odd, y5);
  }
  store<Vector>(y, y0);
  store<Vector>(y, y1, sizeof<Vector>());
  store<Vector>(y, y2, 2 * sizeof<Vector>());
  store<Vector>(y, y3, 3 * sizeof<Vector>());
  store<Vector>(y, y4, 4 * sizeof<Vector>());
  store<Vector>(y, y5, 5 * sizeof<Vector>());
}

/** y ← H y + G (what stands before), group by group; the columns are an even number, those of what was last computed last. */
function settle(y: usize, columns: usize, end: usize, span: usize): void {
  for (let t = y; t < y + span * REAL; t += GROUP * REAL) {
    let a0 = broadcast(0);
    let a1 = broadcast(0);
    let b0 = broadcast(0);
    let b1 = broadcast(0);
    for (let column = columns; column < end; column += 2 * COLUMN) {
      const p = splat(t + load<usize>(column));
      const q = splat(t + load<usize>(column, COLUMN));
      a0 = mulAdd(p, load<Vector>(column, WEIGHTS), a0);
      a1 = mulAdd(p, load<Vector>(column, WEIGHTS + sizeof<Vector>()), a1);
      b0 = mulAdd(q, load<Vector>(column, COLUMN + WEIGHTS), b0);
      b1 = mulAdd(q, load<Vector>(column, COLUMN + WEIGHTS + sizeof<Vector>()), b1);
    }
    store<Vector>(t, add(a0, b0));
    store<Vector>(t, add(a1, b1), sizeof<Vector>());
  }
}

/** The largest |y|; NaN if there is one. */
function peakOf(y: usize, span: usize): f64 {
  let peak = broadcast(0);
  for (let t = y; t < y + span * REAL; t += sizeof<Vector>()) peak = greater(peak, magnitude(load<Vector>(t)));
  let found: f64 = 0;
  if (!isVector<Vector>()) return <f64>peak;
  found = max(found, <f64>v128.extract_lane<Real>(peak, 0));
  found = max(found, <f64>v128.extract_lane<Real>(peak, 1));
  if (sizeof<Real>() === 8) return found;
  found = max(found, <f64>v128.extract_lane<Real>(peak, <u8>(LANES - 2)));
  return max(found, <f64>v128.extract_lane<Real>(peak, <u8>(LANES - 1)));
}

function greater(a: Vector, b: Vector): Vector {
  return isVector<Vector>() ? v128.max<Real>(a, b) : max<Vector>(a, b);
}

function reverse(array: usize, length: usize): void {
  let left = array;
  for (let right = array + (length - 1) * REAL; left < right; left += REAL, right -= REAL) {
    const real = load<Real>(left);
    store<Real>(left, load<Real>(right));
    store<Real>(right, real);
  }
}

const spanOf = (length: usize): usize => ((length + TILE - 1) / TILE) * TILE;

/** Copies a strip to where it is filtered, if that is elsewhere, reversed if the filter is an adjoint; zeros follow it to the end of the last tile. */
function bring(work: usize, strip: usize, length: usize, adjoint: bool): void {
  if (adjoint) reverse(strip, length);
  if (work !== strip) memory.copy(work, strip, length * REAL);
  memory.fill(work + length * REAL, 0, (spanOf(length) - length) * REAL);
}

function giveBack(strip: usize, work: usize, length: usize, adjoint: bool): void {
  if (work !== strip) memory.copy(strip, work, length * REAL);
  if (adjoint) reverse(strip, length);
}

/**
 * Strips of `length` reals, one behind the other, ← the filter of each. At `work`, or where the one strip itself is, and at y there is room
 * for a strip of whole tiles; before `work` stand zeros as far back as the longest lag.
 */
export function applyStrips(
  strips: usize,
  count: usize,
  length: usize,
  work: usize,
  y: usize,
  taps: usize,
  end: usize,
  adjoint: bool,
): void {
  for (let k: usize = 0; k < count; k++) {
    const strip = strips + k * length * REAL;
    bring(work, strip, length, adjoint);
    weigh(y, work, taps, end, spanOf(length), false);
    giveBack(strip, y, length, adjoint);
  }
}

/**
 * The same with the filter's inverse, in blocks of whole tiles no longer than the shortest lag of the taps; peaks ← the largest |y| of each strip.
 * Without columns near taps there are none.
 */
export function divideStrips(
  strips: usize,
  count: usize,
  length: usize,
  work: usize,
  taps: usize,
  tapsEnd: usize,
  columns: usize,
  columnsEnd: usize,
  block: usize,
  adjoint: bool,
  peaks: usize,
): void {
  const span = spanOf(length);
  for (let k: usize = 0; k < count; k++) {
    const strip = strips + k * length * REAL;
    bring(work, strip, length, adjoint);
    let peak: f64 = 0;
    for (let t: usize = 0; t < span; t += block) {
      const y = work + t * REAL;
      const size = min(block, span - t);
      if (taps < tapsEnd) weigh(y, y, taps, tapsEnd, size, true);
      if (columns < columnsEnd) settle(y, columns, columnsEnd, size);
      peak = max(peak, peakOf(y, size));
    }
    giveBack(strip, work, length, adjoint);
    store<f64>(peaks + k * 8, peak);
  }
}
