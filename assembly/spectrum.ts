// Products of spectra. A spectrum is cut into chunks, and those of all slabs lie side by side: the sums of one chunk
//
//   Y[k] = Σ X[i] W[j]        over the pairs (i, j) of output k
//
// stay in the L1 cache, whether the slabs are outer axes or channels. `pairs` lists them for each output in turn: how many, then for
// each the offsets of X[i] and W[j] from the chunk's start, in bytes, 32 bits each.
import { Complex, GROUP } from "./complex";

/** Bytes summed at once in registers: four vectors of sums, as more would not stay there (twice as slow on V8 11). */
export const SUM: usize = 2 * GROUP;

/**
 * Chunks `from` to `to` of all outputs, in place of the inputs X. Consecutive chunks of X are `xStride` bytes apart, of W `wStride`;
 * `scratch` has room for a chunk of each input, and a chunk is a multiple of SUM. The copy reads memory in order, which the sums do not.
 */
export function multiplyAccumulate(
  x: usize,
  xStride: usize,
  w: usize,
  wStride: usize,
  chunk: usize,
  from: usize,
  to: usize,
  pairs: usize,
  inputs: usize,
  outputs: usize,
  scratch: usize,
): void {
  x += from * xStride;
  w += from * wStride;
  for (let c = from; c < to; c++, x += xStride, w += wStride) {
    memory.copy(scratch, x, inputs * chunk);
    let list = pairs;
    for (let y = x, end = x + outputs * chunk; y < end; y += chunk) {
      const count: usize = load<u32>(list);
      const last = list + 4 + 8 * count;
      for (let offset: usize = 0; offset < chunk; offset += SUM)
        sumOfProducts(y + offset, scratch + offset, w + offset, list + 4, last);
      list = last;
    }
  }
}

function sumOfProducts(y: usize, x: usize, w: usize, pair: usize, end: usize): void {
  const y0 = Complex.zero();
  const y1 = Complex.zero();
  for (; pair < end; pair += 8) {
    const a = x + load<u32>(pair);
    const b = w + load<u32>(pair, 4);
    y0.set(y0 + Complex.load(a) * Complex.load(b));
    y1.set(y1 + Complex.load(a + GROUP) * Complex.load(b + GROUP));
  }
  y0.store(y);
  y1.store(y + GROUP);
}
