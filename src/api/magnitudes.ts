// Numbers that differ so much in magnitude that an FFT, whose rounding is relative to the largest, would drown the small ones: of a result of
// 10^-20 beside one of 1, no digit would be right. Some transforms can carry in float64 what they cannot in float32; else direct sums do,
// whose rounding is each output's own.
//
// Only what an FFT surely spoils counts. A number that is by chance near zero, and what rounding has left where zero was meant, are no
// reason to take longer: of the numbers that are not zero, one in 64 must be smaller than 2^-30 of the largest for float32, 2^-60 for float64.
import { isComplex, isRowMajor, sizeOf, type View } from "../ndarray.js";

/** What carries the numbers, where the chosen transform does not. */
export type Carrier = "float64" | "direct";

const DROWNED = { f32: 30, f64: 60 };
const PART = 64;

/** Exponents that a float64 has; 0 is zero's, and the last that of infinities and NaN. */
const EXPONENTS = 2048;
const histogram = new Int32Array(EXPONENTS);
const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
/** Which half of a float64 has the exponent. */
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

/**
 * What has to carry an array's numbers, if the transform of a precision cannot; by about so many of them, evenly spread, so that a small cluster
 * among many others may go unseen. What is not finite is not this function's to say.
 */
export function carrierFor(view: View, precision: "f32" | "f64", samples: number): Carrier | undefined {
  histogram.fill(0);
  count(view, samples);
  if (histogram[EXPONENTS - 1]) return undefined;
  let largest = EXPONENTS - 2;
  while (largest > 0 && histogram[largest] === 0) largest--;
  const least = Math.max(1, smaller(largest + 1) / PART);
  if (smaller(largest - DROWNED.f64) >= least) return "direct";
  return precision === "f32" && smaller(largest - DROWNED.f32) >= least ? "float64" : undefined;
}

/** How many numbers, without the zeros, have a smaller exponent. */
function smaller(exponent: number): number {
  let sum = 0;
  for (let e = 1; e < exponent; e++) sum += histogram[e] as number;
  return sum;
}

/** Counts magnitudes by their exponent. */
function count(view: View, samples: number): void {
  const parts = isComplex(view.dtype) ? 2 : 1;
  const size = parts * sizeOf(view.shape, "array");
  // Odd, so that it does not fall into step with rows.
  const step = Math.max(1, Math.floor(size / samples)) | 1;
  const data: ArrayLike<number> = view.data;
  if (isRowMajor(view)) {
    const first = parts * view.offset;
    if (data instanceof Float32Array) countFloat32(data, first, first + size, step);
    else for (let i = first; i < first + size; i += step) add(data[i] as number);
  } else for (let i = 0; i < size; i += step) add(data[placeOf(view, i, parts)] as number);
}

/** The same for float32, whose exponents lie in its own words: a fifth of the time. */
function countFloat32({ buffer, byteOffset, length }: Float32Array, first: number, end: number, step: number): void {
  const bits = new Uint32Array(buffer, byteOffset, length);
  for (let i = first; i < end; i += step) {
    const magnitude = (bits[i] as number) & 0x7fffffff;
    const exponent = magnitude >>> 23;
    // The exponents of float32 are 127 from zero, those of float64 1023; denormal numbers count as the smallest normal ones.
    const at = exponent === 255 ? EXPONENTS - 1 : magnitude === 0 ? 0 : exponent + 896;
    histogram[at] = (histogram[at] as number) + 1;
  }
}

function add(value: number): void {
  number[0] = value;
  const exponent = ((words[HIGH] as number) >>> 20) & (EXPONENTS - 1);
  histogram[exponent] = (histogram[exponent] as number) + 1;
}

/** Where the i-th real of a strided view lies. */
function placeOf({ shape, stride, offset }: View, i: number, parts: number): number {
  let rest = Math.floor(i / parts);
  let element = offset;
  for (let d = shape.length - 1; d >= 0; d--) {
    const n = shape[d] as number;
    element += (rest % n) * (stride[d] as number);
    rest = Math.floor(rest / n);
  }
  return parts * element + (i % parts);
}
