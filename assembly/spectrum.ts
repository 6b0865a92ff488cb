// Products of spectra. A spectrum is cut into chunks, and those of all slabs lie side by side: the sums of one chunk
//
//   Y[o,t] = Σ X[i] W[o,k]        over the pairs (i, k) of slab t
//
// whether i and k count slabs of outer axes or channels. Two outputs o are summed at once, which share X, and stay in the L1 cache while all rounds meet
// their W; or, where there is one output, two rounds, which share W. `pairs` lists for each slab t how many pairs it has, then for each the offsets of X[i]
// and W[0,k] from the chunk's start, in bytes, 32 bits each.
import { add, broadcast, Complex, GROUP, mulAdd, sub } from "./complex";

/** Bytes summed at once in registers: a multiple of those of a chunk. */
export const SUM: usize = 2 * GROUP;

/** Bytes of a pair, and where in it the offset of X is, and that of W. */
const PAIR: usize = 8;
const X: usize = 0;
const W: usize = 4;

/**
 * Chunks `from` to `to` of all outputs of some rounds, in place of the inputs X. Consecutive chunks of X are `xStride` bytes apart, of W `wStride`,
 * rounds `round`, and outputs o of W `output`; Y[o,t] is number o slabs + t. `scratch` has room for a chunk of each input of each round, and a chunk is
 * a multiple of SUM. The copy reads memory in order, which the sums do not.
 */
export function multiplyAccumulate(
  x: usize,
  xStride: usize,
  round: usize,
  rounds: usize,
  w: usize,
  wStride: usize,
  output: usize,
  outputs: usize,
  chunk: usize,
  from: usize,
  to: usize,
  pairs: usize,
  slabs: usize,
  inputs: usize,
  scratch: usize,
): void {
  x += from * xStride;
  w += from * wStride;
  const copy = inputs * chunk;
  const plane = slabs * chunk;
  for (let c = from; c < to; c++, x += xStride, w += wStride) {
    for (let r: usize = 0; r < rounds; r++) memory.copy(scratch + r * copy, x + r * round, copy);
    for (let o: usize = 0; o < outputs; o += 2) {
      let list = pairs;
      for (let t: usize = 0; t < slabs; t++) {
        const first = list + 4;
        const last = first + PAIR * load<u32>(list);
        const b = w + o * output;
        let y = x + o * plane + t * chunk;
        let a = scratch;
        let r: usize = 0;
        if (o + 1 < outputs) {
          for (; r < rounds; r++, y += round, a += copy) twoSums(y, plane, chunk, a, X, b, output, W, first, last);
        } else {
          for (; r + 1 < rounds; r += 2, y += 2 * round, a += 2 * copy)
            twoSums(y, round, chunk, b, W, a, copy, X, first, last);
          if (r < rounds) oneSum(y, chunk, a, b, first, last);
        }
        list = last;
      }
    }
  }
}

/**
 * Chunks of two sums, `apart` bytes apart, whose products share a factor `a`; the others are at b and `other` bytes further. `ofA` and `ofB` say where in a
 * pair their offsets are. A product's four parts are summed apart, so that no addition waits for another of the same pair.
 */
function twoSums(
  y: usize,
  apart: usize,
  chunk: usize,
  a: usize,
  ofA: usize,
  b: usize,
  other: usize,
  ofB: usize,
  first: usize,
  last: usize,
): void {
  for (const end = y + chunk; y < end; y += GROUP, a += GROUP, b += GROUP) {
    let pRR = broadcast(0);
    let pII = broadcast(0);
    let pRI = broadcast(0);
    let pIR = broadcast(0);
    let qRR = broadcast(0);
    let qII = broadcast(0);
    let qRI = broadcast(0);
    let qIR = broadcast(0);
    for (let pair = first; pair < last; pair += PAIR) {
      const z = Complex.load(a + load<u32>(pair + ofA));
      const at = b + load<u32>(pair + ofB);
      const p = Complex.load(at);
      pRR = mulAdd(z.re, p.re, pRR);
      pII = mulAdd(z.im, p.im, pII);
      pRI = mulAdd(z.re, p.im, pRI);
      pIR = mulAdd(z.im, p.re, pIR);
      const q = Complex.load(at + other);
      qRR = mulAdd(z.re, q.re, qRR);
      qII = mulAdd(z.im, q.im, qII);
      qRI = mulAdd(z.re, q.im, qRI);
      qIR = mulAdd(z.im, q.re, qIR);
    }
    Complex.of(sub(pRR, pII), add(pRI, pIR)).store(y);
    Complex.of(sub(qRR, qII), add(qRI, qIR)).store(y + apart);
  }
}

/** A chunk of one sum. */
function oneSum(y: usize, chunk: usize, x: usize, w: usize, first: usize, last: usize): void {
  for (const end = y + chunk; y < end; y += SUM, x += SUM, w += SUM) {
    const y0 = Complex.zero();
    const y1 = Complex.zero();
    for (let pair = first; pair < last; pair += PAIR) {
      const a = x + load<u32>(pair, X);
      const b = w + load<u32>(pair, W);
      y0.set(y0 + Complex.load(a) * Complex.load(b));
      y1.set(y1 + Complex.load(a + GROUP) * Complex.load(b + GROUP));
    }
    y0.store(y);
    y1.store(y + GROUP);
  }
}
