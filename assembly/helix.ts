// Winding and unwinding: element (i_0, …) of an N-D array has the position Σ step_d i_d on a helix. A buffer holds a stretch of it:
// number r of the buffer is the helix's position r + const.
//
// Four layouts of a buffer of numbers r = 0, 1, …
//   PACKED_REAL      for transforms: number r < half is the real part, r + half the imaginary part, of point r
//   PACKED_COMPLEX   for transforms: number r is point r
//   STRIP_REAL       for taps: one number after the other
//   STRIP_COMPLEX    for taps: the real parts, then from number `half` the imaginary parts
// Points are stored in groups: LANES real parts, then LANES imaginary parts.
//
// Axes are a list in memory, outermost first: { count: u32, stride: i32, step: i32, reach: i32 }, the array's stride in bytes, the
// helix's in numbers, and the position of the last element of the axes inside. Array elements of complex problems are (re, im) pairs.
import { add, broadcast, GROUP, LANES, magnitude, mul, REAL, sumOfLanes } from "./complex";

const PACKED_REAL: i32 = 0;
const PACKED_COMPLEX: i32 = 1;
const STRIP_REAL: i32 = 2;
const STRIP_COMPLEX: i32 = 3;

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
 * Writes all `size` numbers of a buffer: the elements of an array that fall on them, its first at number r (which may be negative),
 * times the two reals at `scales` (for real and imaginary parts), and zeros between. Writes the float64 Σ |.| of the elements, before
 * scaling, to `sum`: NaN or infinite if one of them is.
 */
export function wind(
  layout: i32,
  buffer: usize,
  half: i32,
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
  windAxis(layout, buffer, half, size, r, array, axes, rank, load<Real>(scales), load<Real>(scales, REAL));
  clear(layout, buffer, half, size);
  store<f64>(sum, total);
}

function windAxis(
  layout: i32,
  buffer: usize,
  half: i32,
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
      windAxis(layout, buffer, half, size, r, array, axes + AXIS, rank - 1, scaleRe, scaleIm);
    }
  } else if (step === 1 && stride === REAL && (layout === PACKED_REAL || layout === STRIP_REAL)) {
    clear(layout, buffer, half, r);
    if (layout === PACKED_REAL) windPackedRow(buffer, half, r, array, end - i, scaleRe);
    else windStripRow(buffer + r * REAL, array, end - i, scaleRe);
    cursor = r + end - i;
  } else {
    for (; i < end; i++, r += step, array += stride) {
      clear(layout, buffer, half, r);
      const number = place(layout, buffer, half, r);
      const re = load<Real>(array);
      store<Real>(number, re * scaleRe);
      total += <f64>abs<Real>(re);
      if (isComplexLayout(layout)) {
        const im = load<Real>(array, REAL);
        store<Real>(number + imaginary(layout, half), im * scaleIm);
        total += <f64>abs<Real>(im);
      }
      cursor = r + 1;
    }
  }
}

/** A row of PACKED_REAL: whole groups by vectors, the rest one by one; it may cross from the real parts to the imaginary. */
function windPackedRow(buffer: usize, half: i32, r: i32, array: usize, count: i32, scale: Real): void {
  const scales = broadcast(scale);
  let sums = broadcast(0);
  for (const end = r + count; r < end; ) {
    const stop = wholeGroups(r, end, half);
    if (r < stop) {
      for (
        let group = place(PACKED_REAL, buffer, half, r);
        r < stop;
        r += LANES, group += GROUP, array += sizeof<Vector>()
      ) {
        const values = load<Vector>(array);
        sums = add(sums, magnitude(values));
        store<Vector>(group, mul(values, scales));
      }
    } else {
      const value = load<Real>(array);
      total += <f64>abs<Real>(value);
      store<Real>(place(PACKED_REAL, buffer, half, r), value * scale);
      r++;
      array += REAL;
    }
  }
  total += sumOfLanes(sums);
}

function windStripRow(strip: usize, array: usize, count: i32, scale: Real): void {
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

/** Zeros from the cursor up to number r. */
function clear(layout: i32, buffer: usize, half: i32, r: i32): void {
  if (layout === PACKED_REAL) {
    while (cursor < r) {
      const stop = wholeGroups(cursor, r, half);
      if (cursor < stop) {
        let group = place(PACKED_REAL, buffer, half, cursor);
        for (; cursor < stop; cursor += LANES, group += GROUP) store<Vector>(group, broadcast(0));
      } else {
        store<Real>(place(PACKED_REAL, buffer, half, cursor), 0);
        cursor++;
      }
    }
  } else if (layout === PACKED_COMPLEX) {
    for (; cursor < r; cursor++) {
      const number = place(layout, buffer, half, cursor);
      store<Real>(number, 0);
      store<Real>(number + LANES * REAL, 0);
    }
  } else if (cursor < r) {
    memory.fill(buffer + cursor * REAL, 0, (r - cursor) * REAL);
    if (layout === STRIP_COMPLEX) memory.fill(buffer + (half + cursor) * REAL, 0, (r - cursor) * REAL);
    cursor = r;
  }
}

/** array[Σ stride i] ← the number of each element, the first at number r, for those from `low` on and before `high`. */
export function unwind(
  layout: i32,
  buffer: usize,
  half: i32,
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
      unwind(layout, buffer, half, low, high, r, array, axes + AXIS, rank - 1);
    }
  } else if (step === 1 && stride === REAL && layout === PACKED_REAL) {
    unwindPackedRow(buffer, half, r, array, end - i);
  } else if (step === 1 && stride === REAL && layout === STRIP_REAL) {
    memory.copy(array, buffer + r * REAL, (end - i) * REAL);
  } else {
    for (; i < end; i++, r += step, array += stride) {
      const number = place(layout, buffer, half, r);
      store<Real>(array, load<Real>(number));
      if (isComplexLayout(layout)) store<Real>(array, load<Real>(number + imaginary(layout, half)), REAL);
    }
  }
}

function unwindPackedRow(buffer: usize, half: i32, r: i32, array: usize, count: i32): void {
  for (const end = r + count; r < end; ) {
    const stop = wholeGroups(r, end, half);
    if (r < stop) {
      for (
        let group = place(PACKED_REAL, buffer, half, r);
        r < stop;
        r += LANES, group += GROUP, array += sizeof<Vector>()
      ) {
        store<Vector>(array, load<Vector>(group));
      }
    } else {
      store<Real>(array, load<Real>(place(PACKED_REAL, buffer, half, r)));
      r++;
      array += REAL;
    }
  }
}

/** Where a run of whole groups from r on stops: before `end`, or at `half`, a multiple of LANES; r itself if there is none. */
function wholeGroups(r: i32, end: i32, half: i32): i32 {
  if (r % <i32>LANES !== 0) return r;
  const limit = r < half ? min(end, half) : end;
  return limit - (limit % <i32>LANES);
}

/** Address of (the real part of) number r. */
function place(layout: i32, buffer: usize, half: i32, r: i32): usize {
  if (layout === STRIP_REAL || layout === STRIP_COMPLEX) return buffer + r * REAL;
  const second = layout === PACKED_REAL && r >= half;
  const point: usize = second ? r - half : r;
  return buffer + (point / LANES) * GROUP + (point % LANES) * REAL + (second ? LANES * REAL : 0);
}

function isComplexLayout(layout: i32): bool {
  return layout === PACKED_COMPLEX || layout === STRIP_COMPLEX;
}

/** Bytes from a number's real part to its imaginary part. */
function imaginary(layout: i32, half: i32): usize {
  return layout === PACKED_COMPLEX ? LANES * REAL : half * REAL;
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
