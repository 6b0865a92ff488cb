// Direct sums. On a strip every tap, whatever the rank, is one multiply-add of the whole strip by one number:
//
//   y[t] = Σ_k w_k x[t - lag_k]        0 <= t < span
//
// taken in blocks of y that stay in the L1 cache and partial sums of at most 64 taps, whose rounding error stays small.
// `rows` is the definition itself, for operands that are not finite: it multiplies no gap.
import { add, broadcast, Complex, LANES, mulAdd, REAL, splat } from "./complex";
import { AXIS, TAP, TAP_VALUE } from "./helix";

/** Numbers summed at once in registers (with eight vectors V8 11 spills, and is 1.5x slower), in a cache block, and taps of a partial sum. */
export const TILE: usize = 6 * LANES;
const BLOCK: usize = 85 * TILE;
const PARTIAL: usize = 64 * TAP;
/** Bytes before the taps of a table: the address of its end. */
export const TABLE: usize = 16;

/**
 * y ← Σ_k w_k x[t - lag_k] over the taps of a table, real, or added to y. `x` is the address of x[0]; `span` is a multiple of the tile, and the strip of x is
 * readable that far.
 */
export function directReal(y: usize, x: usize, table: usize, span: usize, added: bool): void {
  const taps = table + TABLE;
  const end = load<usize>(table);
  for (let from: usize = 0; from < span; from += BLOCK) {
    const to = min(span, from + BLOCK);
    // Once at least, so that without any taps y becomes zero.
    let partial = taps;
    do {
      const stop = min(end, partial + PARTIAL);
      const adds = added || partial !== taps;
      for (let t = from; t < to; t += TILE) tileReal(y + t * REAL, x + t * REAL, partial, stop, adds);
      partial = stop;
    } while (partial < end);
  }
}

function tileReal(y: usize, x: usize, taps: usize, end: usize, adds: bool): void {
  let y0 = broadcast(0);
  let y1 = broadcast(0);
  let y2 = broadcast(0);
  let y3 = broadcast(0);
  let y4 = broadcast(0);
  let y5 = broadcast(0);
  for (; taps < end; taps += TAP) {
    const p = x - load<usize>(taps);
    const w = splat(taps + TAP_VALUE);
    y0 = mulAdd(load<Vector>(p), w, y0);
    y1 = mulAdd(load<Vector>(p, sizeof<Vector>()), w, y1);
    y2 = mulAdd(load<Vector>(p, 2 * sizeof<Vector>()), w, y2);
    y3 = mulAdd(load<Vector>(p, 3 * sizeof<Vector>()), w, y3);
    y4 = mulAdd(load<Vector>(p, 4 * sizeof<Vector>()), w, y4);
    y5 = mulAdd(load<Vector>(p, 5 * sizeof<Vector>()), w, y5);
  }
  put(y, y0, adds);
  put(y + sizeof<Vector>(), y1, adds);
  put(y + 2 * sizeof<Vector>(), y2, adds);
  put(y + 3 * sizeof<Vector>(), y3, adds);
  put(y + 4 * sizeof<Vector>(), y4, adds);
  put(y + 5 * sizeof<Vector>(), y5, adds);
}

function put(y: usize, sum: Vector, adds: bool): void {
  store<Vector>(y, adds ? add(load<Vector>(y), sum) : sum);
}

/** The same for complex numbers: imaginary parts lie `yPlane` and `xPlane` bytes behind the real parts. */
export function directComplex(
  y: usize,
  yPlane: usize,
  x: usize,
  xPlane: usize,
  table: usize,
  span: usize,
  added: bool,
): void {
  const taps = table + TABLE;
  const end = load<usize>(table);
  for (let from: usize = 0; from < span; from += BLOCK) {
    const to = min(span, from + BLOCK);
    let partial = taps;
    do {
      const stop = min(end, partial + PARTIAL);
      const adds = added || partial !== taps;
      for (let t = from; t < to; t += 2 * LANES)
        tileComplex(y + t * REAL, yPlane, x + t * REAL, xPlane, partial, stop, adds);
      partial = stop;
    } while (partial < end);
  }
}

function tileComplex(y: usize, yPlane: usize, x: usize, xPlane: usize, taps: usize, end: usize, adds: bool): void {
  const y0 = Complex.zero();
  const y1 = Complex.zero();
  for (; taps < end; taps += TAP) {
    const p = x - load<usize>(taps);
    const w = Complex.splat(taps + TAP_VALUE);
    y0.set(y0 + Complex.planar(p, xPlane) * w);
    y1.set(y1 + Complex.planar(p + sizeof<Vector>(), xPlane) * w);
  }
  put(y, y0.re, adds);
  put(y + yPlane, y0.im, adds);
  put(y + sizeof<Vector>(), y1.re, adds);
  put(y + yPlane + sizeof<Vector>(), y1.im, adds);
}

/** Bytes of an axis of `rows`: counts of taps, samples and outputs, dilations, window, then strides in bytes. */
export const ROWS_AXIS: usize = 48;

/**
 * y[Σ t] += Σ w[j] x[i] over all i, j with samples·i + taps·j = lo + step·t on every axis, in float64.
 * Axes, outermost first: { taps n, samples m, outputs, v, u, lo, step, every, advance, stride of w, of x, of y }, each 32 bits:
 * along an axis every `every`-th sample meets an output, and then `advance` outputs further.
 */
export function rows(
  y: usize,
  w: usize,
  x: usize,
  axes: usize,
  rank: i32,
  complex: bool,
  scaleImW: Real,
  scaleImX: Real,
): void {
  const taps = load<i32>(axes);
  const samples = load<i32>(axes, 4);
  const outputs = load<i32>(axes, 8);
  const v = load<i32>(axes, 12);
  const u = load<i32>(axes, 16);
  const lo = load<i32>(axes, 20);
  const step = load<i32>(axes, 24);
  const every = load<i32>(axes, 28);
  const advance = load<i32>(axes, 32);
  const strideW = load<i32>(axes, 36);
  const strideX = load<i32>(axes, 40);
  const strideY = load<i32>(axes, 44);
  for (let j = 0; j < taps; j++) {
    let i = max(0, (lo - v * j + u - 1) / u);
    for (let tries = 1; tries < every && (u * i + v * j - lo) % step !== 0; tries++) i++;
    if ((u * i + v * j - lo) % step !== 0) continue;
    const tap = w + j * strideW;
    for (let t = (u * i + v * j - lo) / step; i < samples && t < outputs; i += every, t += advance) {
      const sum = y + t * strideY;
      const sample = x + i * strideX;
      if (rank > 1) rows(sum, tap, sample, axes + ROWS_AXIS, rank - 1, complex, scaleImW, scaleImX);
      else if (complex) multiplyAddComplex(sum, tap, sample, scaleImW, scaleImX);
      else store<f64>(sum, load<f64>(sum) + <f64>load<Real>(tap) * <f64>load<Real>(sample));
    }
  }
}

function multiplyAddComplex(sum: usize, tap: usize, sample: usize, scaleImW: Real, scaleImX: Real): void {
  const wRe = <f64>load<Real>(tap);
  const wIm = <f64>(load<Real>(tap, REAL) * scaleImW);
  const xRe = <f64>load<Real>(sample);
  const xIm = <f64>(load<Real>(sample, REAL) * scaleImX);
  store<f64>(sum, load<f64>(sum) + (wRe * xRe - wIm * xIm));
  store<f64>(sum, load<f64>(sum, 8) + (wRe * xIm + wIm * xRe), 8);
}

/** array[Σ stride i] ← sums, which are float64, packed and row-major; `parts` is 2 for complex numbers. Returns their end. Axes as in helix.ts. */
export function narrow(sums: usize, array: usize, axes: usize, rank: i32, parts: usize): usize {
  const count = load<u32>(axes);
  const stride = load<u32>(axes, 4);
  for (let i: usize = 0; i < count; i++, array += stride) {
    if (rank > 1) {
      sums = narrow(sums, array, axes + AXIS, rank - 1, parts);
      continue;
    }
    for (let part: usize = 0; part < parts; part++, sums += 8) store<Real>(array + part * REAL, <Real>load<f64>(sums));
  }
  return sums;
}
