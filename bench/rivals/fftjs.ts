// fft.js, the plain JavaScript FFT that most users find: complex transforms of 2^k numbers, in float64. Composed by hand into a
// convolution on the tight helix, real numbers packed in pairs, z_j = (x_j + i x_(j+M)) e^(iπj/2M): half the work of zeros for
// imaginary parts, and what wraps around changes its sign, which lands only on what is cropped.

import { sizeOf, type Workload } from "../../src/cli/workloads.js";
import type { Arrays, Competitor } from "../competitor.js";
import { requireRival } from "./load.js";
import type { Rival } from "./rival.js";
import { helixOf, type Rows, rowsOf } from "./winding.js";

export interface FftJs {
  transform(out: Float64Array, data: Float64Array): void;
  inverseTransform(out: Float64Array, data: Float64Array): void;
  realTransform(out: Float64Array, data: Float64Array): void;
  completeSpectrum(spectrum: Float64Array): void;
}

export type FftJsClass = new (size: number) => FftJs;

export const loadFftJs = (): FftJsClass | undefined => requireRival<FftJsClass>("fft.js");

export const fftJs: Rival = {
  async competitors(workload: Workload, arrays: Arrays) {
    const FFT = loadFftJs();
    return FFT && !workload.layer ? [tightHelix(FFT, workload, arrays)] : [];
  },
};

function tightHelix(FFT: FftJsClass, { signal, kernel, precision }: Workload, arrays: Arrays): Competitor {
  const helix = helixOf(signal, kernel);
  const half = 2 ** Math.ceil(Math.log2(helix.length / 2));
  const fft = new FFT(half);
  const packed = new Float64Array(2 * half);
  const [xSpectrum, wSpectrum] = [new Float64Array(2 * half), new Float64Array(2 * half)];
  const twist = new Float64Array(2 * half);
  for (let j = 0; j < half; j++) {
    twist[2 * j] = Math.cos((Math.PI * j) / (2 * half));
    twist[2 * j + 1] = Math.sin((Math.PI * j) / (2 * half));
  }
  const xRows = rowsOf(signal, helix.stride);
  const wRows = rowsOf(kernel, helix.stride);
  const out = precision === "f32" ? new Float32Array(sizeOf(signal)) : new Float64Array(sizeOf(signal));
  const forward = (rows: Rows, array: ArrayLike<number>, spectrum: Float64Array) => {
    packed.fill(0);
    eachNumber(rows, 0, half, (at, k) => {
      packed[at] = array[k] as number;
    });
    multiply(packed, twist, 1, packed);
    fft.transform(spectrum, packed);
  };
  return {
    name: "fft.js",
    run: () => {
      forward(xRows, arrays.signal, xSpectrum);
      forward(wRows, arrays.kernel, wSpectrum);
      multiply(xSpectrum, wSpectrum, 1, xSpectrum);
      fft.inverseTransform(packed, xSpectrum);
      multiply(packed, twist, -1, packed);
      eachNumber(xRows, helix.first, half, (at, k) => {
        out[k] = packed[at] as number;
      });
    },
    result: () => out,
  };
}

/** z = a · (re b + i sign · im b), pairs; z may be a. */
function multiply(a: Float64Array, b: Float64Array, sign: number, z: Float64Array): void {
  for (let j = 0; j < z.length; j += 2) {
    const aRe = a[j] as number;
    const aIm = a[j + 1] as number;
    const bRe = b[j] as number;
    const bIm = sign * (b[j + 1] as number);
    z[j] = aRe * bRe - aIm * bIm;
    z[j + 1] = aRe * bIm + aIm * bRe;
  }
}

/** Calls back with the place among the packed pairs, and the place in the dense array, of every number of every row. */
function eachNumber({ starts, length }: Rows, base: number, half: number, call: (at: number, k: number) => void): void {
  let k = 0;
  for (const start of starts)
    for (let position = base + start, end = position + length; position < end; position++)
      call(position < half ? 2 * position : 2 * (position - half) + 1, k++);
}
