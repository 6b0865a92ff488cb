// Winding and unwinding: element (i_0, …) of an N-D array is number r = Σ step_d i_d of a helix, and back.
//
// Four layouts of a helix of numbers r = 0, 1, …
//   PACKED_REAL      for transforms: number r < half is the real part, r + half the imaginary part, of point r
//   PACKED_COMPLEX   for transforms: number r is point r
//   STRIP_REAL       for taps: one number after the other
//   STRIP_COMPLEX    for taps: the real parts, then from number `half` the imaginary parts
// Points are stored in groups: LANES real parts, then LANES imaginary parts.
//
// Axes are a list in memory, outermost first: { count: u32, stride: i32, step: u32 }, the array's stride in bytes and the
// helix's in numbers. Array elements of complex problems are (re, im) pairs.
import { broadcast, GROUP, LANES, mul, REAL } from "./complex";

const PACKED_REAL: i32 = 0;
const PACKED_COMPLEX: i32 = 1;
const STRIP_REAL: i32 = 2;
const STRIP_COMPLEX: i32 = 3;

export const AXIS: usize = 12;

function countOf(axes: usize): usize {
  return load<u32>(axes);
}

function strideOf(axes: usize): usize {
  return load<u32>(axes, 4);
}

function stepOf(axes: usize): usize {
  return load<u32>(axes, 8);
}

/** helix[r + Σ step i] ← array[Σ stride i], the real parts times `scaleRe`, the imaginary parts times `scaleIm`. */
export function wind(
  layout: i32,
  helix: usize,
  half: usize,
  r: usize,
  array: usize,
  axes: usize,
  rank: i32,
  scaleRe: Real,
  scaleIm: Real,
): void {
  const count = countOf(axes);
  const stride = strideOf(axes);
  const step = stepOf(axes);
  if (rank > 1) {
    for (let i: usize = 0; i < count; i++, r += step, array += stride) {
      wind(layout, helix, half, r, array, axes + AXIS, rank - 1, scaleRe, scaleIm);
    }
  } else if (layout === PACKED_REAL && step === 1 && stride === REAL) {
    windRow(helix, half, r, array, count, scaleRe);
  } else {
    for (let i: usize = 0; i < count; i++, r += step, array += stride) {
      const number = place(layout, helix, half, r);
      store<Real>(number, load<Real>(array) * scaleRe);
      if (isComplexLayout(layout)) store<Real>(number + imaginary(layout, half), load<Real>(array, REAL) * scaleIm);
    }
  }
}

/** array[Σ stride i] ← helix[r + Σ step i] */
export function unwind(layout: i32, helix: usize, half: usize, r: usize, array: usize, axes: usize, rank: i32): void {
  const count = countOf(axes);
  const stride = strideOf(axes);
  const step = stepOf(axes);
  if (rank > 1) {
    for (let i: usize = 0; i < count; i++, r += step, array += stride) {
      unwind(layout, helix, half, r, array, axes + AXIS, rank - 1);
    }
  } else if (layout === PACKED_REAL && step === 1 && stride === REAL) {
    unwindRow(helix, half, r, array, count);
  } else {
    for (let i: usize = 0; i < count; i++, r += step, array += stride) {
      const number = place(layout, helix, half, r);
      store<Real>(array, load<Real>(number));
      if (isComplexLayout(layout)) store<Real>(array, load<Real>(number + imaginary(layout, half)), REAL);
    }
  }
}

/** A row of PACKED_REAL: whole groups by vectors, the rest one by one; it may cross from the real parts to the imaginary. */
function windRow(helix: usize, half: usize, r: usize, array: usize, count: usize, scale: Real): void {
  const scales = broadcast(scale);
  for (const end = r + count; r < end; ) {
    if (r % LANES === 0 && r + LANES <= end) {
      const stop = wholeGroups(r, end, half);
      for (
        let group = place(PACKED_REAL, helix, half, r);
        r < stop;
        r += LANES, group += GROUP, array += sizeof<Vector>()
      ) {
        store<Vector>(group, mul(load<Vector>(array), scales));
      }
    } else {
      store<Real>(place(PACKED_REAL, helix, half, r), load<Real>(array) * scale);
      r++;
      array += REAL;
    }
  }
}

function unwindRow(helix: usize, half: usize, r: usize, array: usize, count: usize): void {
  for (const end = r + count; r < end; ) {
    if (r % LANES === 0 && r + LANES <= end) {
      const stop = wholeGroups(r, end, half);
      for (
        let group = place(PACKED_REAL, helix, half, r);
        r < stop;
        r += LANES, group += GROUP, array += sizeof<Vector>()
      ) {
        store<Vector>(array, load<Vector>(group));
      }
    } else {
      store<Real>(array, load<Real>(place(PACKED_REAL, helix, half, r)));
      r++;
      array += REAL;
    }
  }
}

/** Where the run of whole groups from r stops: before `end`, or at `half`, which is a multiple of LANES. */
function wholeGroups(r: usize, end: usize, half: usize): usize {
  const limit = r < half ? min(end, half) : end;
  return limit - (limit % LANES);
}

/** Address of (the real part of) number r. */
function place(layout: i32, helix: usize, half: usize, r: usize): usize {
  if (layout === STRIP_REAL || layout === STRIP_COMPLEX) return helix + r * REAL;
  const second = layout === PACKED_REAL && r >= half;
  const point = second ? r - half : r;
  return helix + (point / LANES) * GROUP + (point % LANES) * REAL + (second ? LANES * REAL : 0);
}

function isComplexLayout(layout: i32): bool {
  return layout === PACKED_COMPLEX || layout === STRIP_COMPLEX;
}

/** Bytes from a number's real part to its imaginary part. */
function imaginary(layout: i32, half: usize): usize {
  return layout === PACKED_COMPLEX ? LANES * REAL : half * REAL;
}

/** Bytes of a tap: { lag: i32 in bytes of a strip, padding, re: Real, im: Real }. */
export const TAP: usize = 8 + 2 * REAL;
export const TAP_VALUE: usize = 8;

/**
 * Writes the taps of an array (of complex numbers, if `complex`) and returns where they end. A zero tap is left out unless
 * `zeros`, which data that is not finite needs: 0 · NaN is NaN.
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
  for (let i: usize = 0; i < count; i++, lag += step, array += stride) {
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
