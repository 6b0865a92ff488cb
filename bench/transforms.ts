// Plain transforms of 2^10 to 2^22 real numbers, there and back, unscaled, spectra in whatever order comes out: helixconv's, which is
// not public, pffft's unordered pair, and fft.js's. Checked on random numbers; timed on zeros, since every pair grows numbers by N.
import f32Fma from "../build/wasm/f32-fma.wasm";
import f32Simd from "../build/wasm/f32-simd.wasm";
import f64Fma from "../build/wasm/f64-fma.wasm";
import f64Simd from "../build/wasm/f64-simd.wasm";
import { Instance } from "../src/backends/wasm/instance.js";
import { writeTransform } from "../src/backends/wasm/tables.js";
import { Random } from "../test/random.js";
import { mustAgree } from "./check.js";
import { type Competitor, OURS } from "./competitor.js";
import { loadFftJs } from "./rivals/fftjs.js";
import { Pffft } from "./rivals/pffftModule.js";

export const transformLengths = Array.from({ length: 13 }, (_, k) => 2 ** (10 + k));

export const transformName = (length: number): string => `2^${Math.log2(length)}`;

/** A pair of transforms of `length` numbers, and where those numbers are: `numbers()[i]` becomes `gain` times itself. */
export interface Pair {
  name: string;
  numbers(): Float32Array | Float64Array;
  run(): void;
  gain: number;
}

export async function transformCompetitors(length: number): Promise<Competitor[]> {
  const pairs = [ours(length, "f32"), await theirs(length), plain(length)].filter((pair) => pair !== undefined);
  for (const pair of pairs) checkPair(pair, length, "f32");
  return pairs.map(({ name, run, numbers }) => ({ name, run, result: numbers }));
}

/** Throws unless random numbers come back; zeros are left. */
export function checkPair({ name, numbers, run, gain }: Pair, length: number, precision: "f32" | "f64"): void {
  const before = new Random(3).reals(length);
  numbers().set(before);
  run();
  mustAgree(
    `${name}, there and back`,
    Float64Array.from(numbers(), (number) => number / gain),
    before,
    precision,
  );
  numbers().fill(0);
}

/** helixconv's: the only place here that knows its insides. */
export function ours(length: number, precision: "f32" | "f64"): Pair {
  const best = builds[precision]
    .map((base64) => Buffer.from(base64, "base64"))
    .find((bytes) => WebAssembly.validate(bytes));
  if (!best) throw new Error("this engine must have simd128");
  const instance = new Instance(new WebAssembly.Module(best), precision, false);
  // The right-angle transform takes `length` real numbers as half as many complex ones.
  const { levels, bytes } = writeTransform(instance, length / 2, 1, Math.PI / 2);
  const x = instance.allocate(bytes);
  const spectrum = instance.allocate(bytes);
  const { forward, inverse } = instance.exports;
  return {
    name: OURS,
    numbers: () => instance.reals(x, length),
    run: () => {
      forward(x, spectrum, bytes, levels, spectrum, bytes, bytes);
      inverse(x, spectrum, bytes, levels, spectrum, bytes, bytes);
    },
    gain: length / 2,
  };
}

const builds = { f32: [f32Fma, f32Simd], f64: [f64Fma, f64Simd] };

async function theirs(length: number): Promise<Pair | undefined> {
  const pffft = await Pffft.load();
  if (!pffft) return undefined;
  const { forward, backward } = pffft.transform(length);
  const x = pffft.buffer(length);
  return {
    name: "pffft",
    numbers: () => pffft.heap.subarray(x / 4, x / 4 + length),
    run: () => {
      forward(x, x);
      backward(x, x);
    },
    gain: length,
  };
}

/** fft.js goes to another array, and scales. */
function plain(length: number): Pair | undefined {
  const FFT = loadFftJs();
  if (!FFT) return undefined;
  const fft = new FFT(length);
  const x = new Float64Array(length);
  const spectrum = new Float64Array(2 * length);
  const back = new Float64Array(2 * length);
  return {
    name: "fft.js",
    numbers: () => x,
    run: () => {
      fft.realTransform(spectrum, x);
      fft.completeSpectrum(spectrum);
      fft.inverseTransform(back, spectrum);
    },
    gain: 1,
  };
}
