// @echogarden/pffft-wasm, the fastest FFT on npm: real transforms of 2^a 3^b 5^c numbers, 32 of them at least, spectra unordered.
import { importRival } from "./load.js";

interface Module {
  HEAPF32: Float32Array;
  _pffft_aligned_malloc(bytes: number): number;
  _pffft_aligned_free(address: number): void;
  _pffft_new_setup(length: number, type: number): number;
  _pffft_destroy_setup(setup: number): void;
  _pffft_transform(setup: number, input: number, output: number, work: number, direction: number): void;
  _pffft_zconvolve_accumulate(setup: number, a: number, b: number, sum: number, scale: number): void;
}

const REAL = 0;
const FORWARD = 0;
const BACKWARD = 1;

/** The module's transforms of real numbers, spectra unordered, with a buffer to work in. */
export class Pffft {
  private constructor(private readonly module: Module) {}

  static async load(): Promise<Pffft | undefined> {
    const found = await importRival<{ default(): Promise<Module> }>("@echogarden/pffft-wasm/simd");
    return found && new Pffft(await found.default());
  }

  /** Zeros. */
  buffer(length: number): number {
    const address = this.module._pffft_aligned_malloc(4 * length);
    this.heap.fill(0, address >> 2, (address >> 2) + length);
    return address;
  }

  get heap(): Float32Array {
    return this.module.HEAPF32;
  }

  transform(length: number) {
    const { module } = this;
    const setup = module._pffft_new_setup(length, REAL);
    if (setup === 0) throw new Error(`pffft must know length ${length}`);
    const work = this.buffer(length);
    return {
      forward: (from: number, to: number) => module._pffft_transform(setup, from, to, work, FORWARD),
      backward: (from: number, to: number) => module._pffft_transform(setup, from, to, work, BACKWARD),
      accumulate: (a: number, b: number, sum: number) => module._pffft_zconvolve_accumulate(setup, a, b, sum, 1),
      dispose: () => {
        module._pffft_destroy_setup(setup);
        module._pffft_aligned_free(work);
      },
    };
  }

  /** Of several lengths, the one that `cost` transforms of it are fastest of, measured. */
  fastest(lengths: readonly number[], cost: (length: number) => number): number {
    let best = { length: 0, time: Number.POSITIVE_INFINITY };
    const buffer = this.buffer(Math.max(...lengths));
    for (const length of lengths) {
      const { forward, backward, dispose } = this.transform(length);
      let time = Number.POSITIVE_INFINITY;
      for (let run = 0; run < 4; run++) {
        const start = performance.now();
        forward(buffer, buffer);
        backward(buffer, buffer);
        time = Math.min(time, cost(length) * (performance.now() - start));
      }
      dispose();
      if (time < best.time) best = { length, time };
    }
    this.module._pffft_aligned_free(buffer);
    return best.length;
  }
}

/** 2^a 3^b 5^c, a >= 5, in a range. */
export function legalLengths(from: number, to: number): number[] {
  const lengths: number[] = [];
  for (let five = 32; five <= to; five *= 5)
    for (let three = five; three <= to; three *= 3)
      for (let two = three; two <= to; two *= 2) if (two >= from) lengths.push(two);
  return lengths;
}
