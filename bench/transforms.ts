// Plain transforms of 2^10 to 2^22 real numbers, there and back, unscaled, spectra in whatever order comes out: helixconv's, which is
// not public, pffft's unordered pair, which is float32 only, and fft.js's, which is float64 always. Checked and timed on random numbers.
import f32Fma from "../build/wasm/f32-fma.wasm";
import f32Simd from "../build/wasm/f32-simd.wasm";
import f64Fma from "../build/wasm/f64-fma.wasm";
import f64Simd from "../build/wasm/f64-simd.wasm";
import { Instance } from "../src/backends/wasm/instance.js";
import { writeTransform } from "../src/backends/wasm/tables.js";
import { Random } from "../test/random.js";
import { mustAgree } from "./check.js";
import { OURS } from "./competitor.js";
import type { Contestant } from "./interleave.js";
import { loadFftJs } from "./rivals/fftjs.js";
import { Pffft } from "./rivals/pffftModule.js";

/** A pair of transforms of `length` numbers, and where those numbers are: `numbers()[i]` becomes `gain` times itself. */
export interface Pair {
  name: string;
  numbers(): Float32Array | Float64Array;
  run(): void;
  gain: number;
}

export async function transformContestants(length: number, precision: "f32" | "f64"): Promise<Contestant[]> {
  const rivals = [precision === "f32" ? await theirs(length) : undefined, plain(length)];
  const pairs = [ours(length, precision), ...rivals].filter((pair) => pair !== undefined);
  return pairs.map((pair) => contestantOf(pair, length, precision));
}

/** Exponents of the numbers that are transformed: from 2^-LARGEST to 2^LARGEST, so that float32 holds them, their spectra too. */
const LARGEST = 90;

/** Throws unless random numbers come back. Pairs make them larger with every call, so they are set anew, outside the clock, when they must be. */
export function contestantOf(pair: Pair, length: number, precision: "f32" | "f64"): Contestant {
  const { name, numbers, run, gain } = pair;
  const fresh = new Random(3).reals(length);
  check(pair, fresh, precision);
  const most = gain > 1 ? Math.floor((2 * LARGEST) / Math.log2(gain)) : Number.POSITIVE_INFINITY;
  const small = numbers().slice();
  small.set(fresh.map((number) => number * 2 ** -LARGEST));
  return {
    name,
    time: (calls) => {
      let time = 0;
      for (let left = calls; left > 0; left -= most) {
        numbers().set(small);
        const start = performance.now();
        for (let call = Math.min(left, most); call > 0; call--) run();
        time += performance.now() - start;
      }
      return time;
    },
  };
}

function check({ name, numbers, run, gain }: Pair, before: Float64Array, precision: "f32" | "f64"): void {
  numbers().set(before);
  run();
  const after = Float64Array.from(numbers(), (number) => number / gain);
  mustAgree(`${name}, there and back`, after, before, precision);
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
