// Winding and unwinding: element (i_0, …) of an N-D array has the position Σ step_d i_d on a helix. A strip holds a stretch of it:
// number r of the strip is the helix's position r + const. Of a strip of complex numbers the imaginary parts lie `plane` bytes behind
// the real parts.
//
// Axes are a list in memory, outermost first: { count: u32, stride: i32, step: i32, reach: i32 }, the array's stride in bytes, the
// helix's in numbers, and the position of the last element of the axes inside. Array elements of complex problems are (re, im) pairs.
import { add, broadcast, LANES, magnitude, mul, REAL, spread, sumOfLanes } from "./complex";

export const AXIS: usize = 16;

function countOf(axes: usize): i32 {
  return load<i32>(axes);
}

function strideOf(axes: usize): i32 {
  return load<i32>(axes, 4);
}

function stepOf(axes: usize): i32 {
  return load<i32>(axes, 8);
}

function reachOf(axes: usize): i32 {
  return load<i32>(axes, 12);
}

/** The first i of an axis whose elements, from number r + step i on, reach number `low`. */
function firstOf(axes: usize, r: i32, low: i32): i32 {
  const short = low - r - reachOf(axes);
  return short <= 0 ? 0 : (short + stepOf(axes) - 1) / stepOf(axes);
}

/** One more than the last i of an axis whose elements start before number `high`. */
function endOf(axes: usize, r: i32, high: i32): i32 {
  return r >= high ? 0 : min(countOf(axes), (high - 1 - r) / stepOf(axes) + 1);
}

/** What `wind` knows while it walks: the next number to write, and Σ |.| of what it wrote. */
let cursor: i32 = 0;
let total: f64 = 0;

/**
 * Writes all `size` numbers of a strip: the elements of an array that fall on them, its first at number r (which may be negative),
 * times the two reals at `scales` (for real and imaginary parts), and zeros between. Writes the float64 Σ |.| of the elements, before
 * scaling, to `sum`: NaN or infinite if one of them is.
 */
export function wind(
  complex: bool,
  strip: usize,
  plane: usize,
  size: i32,
  r: i32,
  array: usize,
  axes: usize,
  rank: i32,
  scales: usize,
  sum: usize,
): void {
  cursor = 0;
  total = 0;
  windAxis(complex, strip, plane, size, r, array, axes, rank, load<Real>(scales), load<Real>(scales, REAL));
  clearTo(complex, strip, plane, size);
  store<f64>(sum, total);
}

function windAxis(
  complex: bool,
  strip: usize,
  plane: usize,
  size: i32,
  r: i32,
  array: usize,
  axes: usize,
  rank: i32,
  scaleRe: Real,
  scaleIm: Real,
): void {
  const stride = strideOf(axes);
  const step = stepOf(axes);
  const end = endOf(axes, r, size);
  let i = firstOf(axes, r, 0);
  if (i >= end) return;
  r += i * step;
  array += i * stride;
  if (rank > 1) {
    for (; i < end; i++, r += step, array += stride) {
      windAxis(complex, strip, plane, size, r, array, axes + AXIS, rank - 1, scaleRe, scaleIm);
    }
  } else if (step === 1 && stride === REAL && !complex) {
    clearTo(complex, strip, plane, r);
    windRow(strip + r * REAL, array, end - i, scaleRe);
    cursor = r + end - i;
  } else if (step === 1 && !complex) {
    clearTo(complex, strip, plane, r);
    windSpread(strip + r * REAL, array, stride, end - i, scaleRe);
    cursor = r + end - i;
  } else {
    for (; i < end; i++, r += step, array += stride) {
      clearTo(complex, strip, plane, r);
      const number = strip + r * REAL;
      const re = load<Real>(array);
      store<Real>(number, re * scaleRe);
      total += <f64>abs<Real>(re);
      if (complex) {
        const im = load<Real>(array, REAL);
        store<Real>(number + plane, im * scaleIm);
        total += <f64>abs<Real>(im);
      }
      cursor = r + 1;
    }
  }
}

/** A row of real numbers that lie together; it may already be in its place. */
function windRow(strip: usize, array: usize, count: i32, scale: Real): void {
  const scales = broadcast(scale);
  let sums = broadcast(0);
  for (; count >= <i32>LANES; count -= <i32>LANES, strip += sizeof<Vector>(), array += sizeof<Vector>()) {
    const values = load<Vector>(array);
    sums = add(sums, magnitude(values));
    store<Vector>(strip, mul(values, scales));
  }
  for (; count > 0; count--, strip += REAL, array += REAL) {
    const value = load<Real>(array);
    total += <f64>abs<Real>(value);
    store<Real>(strip, value * scale);
  }
  total += sumOfLanes(sums);
}

/** The same of numbers `stride` bytes apart: of a kernel that is reversed, or of every second. */
function windSpread(strip: usize, array: usize, stride: i32, count: i32, scale: Real): void {
  const scales = broadcast(scale);
  let sums = broadcast(0);
  for (; count >= <i32>LANES; count -= <i32>LANES, strip += sizeof<Vector>(), array += LANES * stride) {
    const values = spread(array, stride);
    sums = add(sums, magnitude(values));
    store<Vector>(strip, mul(values, scales));
  }
  for (; count > 0; count--, strip += REAL, array += stride) {
    const value = load<Real>(array);
    total += <f64>abs<Real>(value);
    store<Real>(strip, value * scale);
  }
  total += sumOfLanes(sums);
}

/** Zeros from the cursor up to number r. */
function clearTo(complex: bool, strip: usize, plane: usize, r: i32): void {
  if (cursor >= r) return;
  const bytes: usize = (r - cursor) * REAL;
  const from = strip + cursor * REAL;
  zeros(from, bytes);
  if (complex) zeros(from + plane, bytes);
  cursor = r;
}

/** Short gaps are cheaper number by number. */
function zeros(address: usize, bytes: usize): void {
  if (bytes > 256) {
    memory.fill(address, 0, bytes);
    return;
  }
  const end = address + bytes;
  for (; address + sizeof<Vector>() <= end; address += sizeof<Vector>()) store<Vector>(address, broadcast(0));
  for (; address < end; address += REAL) store<Real>(address, 0);
}

/** array[Σ stride i] ← the number of each element, the first at number r, for those from `low` on and before `high`. */
export function unwind(
  complex: bool,
  strip: usize,
  plane: usize,
  low: i32,
  high: i32,
  r: i32,
  array: usize,
  axes: usize,
  rank: i32,
): void {
  const stride = strideOf(axes);
  const step = stepOf(axes);
  const end = endOf(axes, r, high);
  let i = firstOf(axes, r, low);
  if (i >= end) return;
  r += i * step;
  array += i * stride;
  if (rank > 1) {
    for (; i < end; i++, r += step, array += stride) {
      unwind(complex, strip, plane, low, high, r, array, axes + AXIS, rank - 1);
    }
  } else if (step === 1 && stride === REAL && !complex) {
    // A row may have been left in its place.
    if (array !== strip + r * REAL) unwindRow(strip + r * REAL, array, end - i);
  } else {
    for (; i < end; i++, r += step, array += stride) {
      const number = strip + r * REAL;
      store<Real>(array, load<Real>(number));
      if (complex) store<Real>(array, load<Real>(number + plane), REAL);
    }
  }
}

function unwindRow(strip: usize, array: usize, count: i32): void {
  for (; count >= <i32>LANES; count -= <i32>LANES, strip += sizeof<Vector>(), array += sizeof<Vector>())
    store<Vector>(array, load<Vector>(strip));
  for (; count > 0; count--, strip += REAL, array += REAL) store<Real>(array, load<Real>(strip));
}

/** Bytes of a tap: { lag: u32 in bytes of a strip, padding, re: Real, im: Real }. */
export const TAP: usize = 8 + 2 * REAL;
export const TAP_VALUE: usize = 8;

/**
 * Writes the taps of an array (of complex numbers, if `complex`, their imaginary parts times `scaleIm`) and returns where they end. A
 * zero tap is left out unless `zeros`, which data that is not finite needs: 0 · NaN is NaN.
 */
export function gather(
  taps: usize,
  lag: usize,
  array: usize,
  axes: usize,
  rank: i32,
  complex: bool,
  scaleIm: Real,
  zeros: bool,
): usize {
  const count = countOf(axes);
  const stride = strideOf(axes);
  const step = stepOf(axes);
  for (let i = 0; i < count; i++, lag += step, array += stride) {
    if (rank > 1) {
      taps = gather(taps, lag, array, axes + AXIS, rank - 1, complex, scaleIm, zeros);
      continue;
    }
    const re = load<Real>(array);
    const im: Real = complex ? load<Real>(array, REAL) * scaleIm : 0;
    if (re === 0 && im === 0 && !zeros) continue;
    store<usize>(taps, lag * REAL);
    store<Real>(taps, re, TAP_VALUE);
    store<Real>(taps, im, TAP_VALUE + REAL);
    taps += TAP;
  }
  return taps;
}
