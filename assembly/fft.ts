// The transform. A node of angle θ holds the residue of a polynomial modulo X^n - e^{iθ}. Its k-th child, of r, has the angle
// (θ + 2πk)/r and holds Σ_j e^{i(θ + 2πk)j/r} x_j, where x_j is the j-th block of n/r coefficients: r twiddles e^{iθj/r}, then a
// DFT of length r (decimation in frequency). The n leaves are the spectrum, in an order that is left as it comes.
//
// A root of angle 0 gives the cyclic convolution of n complex numbers. A root of angle π/2 gives the negacyclic convolution of
// 2n real ones, packed as z_j = x_j + i x_{j+n}, since X^{2n} + 1 = (X^n - i)(X^n + i): the right-angle transform.
// (Nussbaumer, Fast Fourier Transform and Convolution Algorithms, 1982; Bernstein, The tangent FFT, 2007, section 2.)
//
// The root has four children, and the first pass, which reads a strip (n real parts, then n imaginary parts), writes them into the
// lanes of a buffer: from there on a node is LANES nodes side by side, and nothing crosses lanes until the last pass of the inverse.
//
// A plan is a list of levels in memory, outermost first, the root's first: { radix: u32, twiddles: address }, ended by
// { 0, twiddles } of the last split, into four leaves. Node b of a level of radix r owns the r - 1 groups of twiddles at
// b (r - 1), of the last one group, whose powers are the others; src/backends/wasm/tables.ts writes them.
import { Complex, GROUP, LANES, Transpose } from "./complex";
import { Dft, join, split } from "./radix";

/** Bytes of a level of the plan, of four leaves, and of what fits the L1 cache. */
const LEVEL: usize = 8;
const LEAVES: usize = 4 * GROUP;
const CACHE: usize = 1 << 15;
/** The root's four children, LANES of them in a node. */
const TOPS: usize = 4 / LANES;

/** The root's split: from a strip, whose imaginary parts lie `plane` bytes behind its real parts, into the lanes of a buffer. */
function forwardRoot(strip: usize, plane: usize, buffer: usize, twiddles: usize): void {
  const w1 = Complex.load(twiddles);
  const w2 = Complex.load(twiddles + GROUP);
  const w3 = Complex.load(twiddles + 2 * GROUP);
  const quarter = plane / 4;
  const part = (2 * plane) / TOPS;
  for (const end = strip + quarter; strip < end; strip += sizeof<Vector>(), buffer += LANES * GROUP) {
    const a = Complex.planar(strip, plane);
    const b = Complex.planar(strip + quarter, plane) * w1;
    const c = Complex.planar(strip + 2 * quarter, plane) * w2;
    const d = Complex.planar(strip + 3 * quarter, plane) * w3;
    Dft.four(a, b, c, d, true);
    if (LANES === 4) Transpose.four(a, b, c, d);
    if (LANES === 2) {
      Transpose.two(a, b);
      Transpose.two(c, d);
    }
    a.store(buffer);
    b.store(LANES === 1 ? buffer + part : buffer + GROUP);
    c.store(LANES === 4 ? buffer + 2 * GROUP : buffer + (2 / LANES) * part);
    d.store(LANES === 4 ? buffer + 3 * GROUP : LANES === 2 ? buffer + part + GROUP : buffer + 3 * part);
  }
}

/** Undoes `forwardRoot`, times 4. */
function inverseRoot(strip: usize, plane: usize, buffer: usize, twiddles: usize): void {
  const w1 = Complex.load(twiddles);
  const w2 = Complex.load(twiddles + GROUP);
  const w3 = Complex.load(twiddles + 2 * GROUP);
  const quarter = plane / 4;
  const part = (2 * plane) / TOPS;
  for (const end = strip + quarter; strip < end; strip += sizeof<Vector>(), buffer += LANES * GROUP) {
    const a = Complex.load(buffer);
    const b = Complex.load(LANES === 1 ? buffer + part : buffer + GROUP);
    const c = Complex.load(LANES === 4 ? buffer + 2 * GROUP : buffer + (2 / LANES) * part);
    const d = Complex.load(LANES === 4 ? buffer + 3 * GROUP : LANES === 2 ? buffer + part + GROUP : buffer + 3 * part);
    if (LANES === 4) Transpose.four(a, b, c, d);
    if (LANES === 2) {
      Transpose.two(a, b);
      Transpose.two(c, d);
    }
    Dft.four(a, b, c, d, false);
    a.storePlanar(strip, plane);
    b.timesConj(w1).storePlanar(strip + quarter, plane);
    c.timesConj(w2).storePlanar(strip + 2 * quarter, plane);
    d.timesConj(w3).storePlanar(strip + 3 * quarter, plane);
  }
}

/** The last split, in four leaves: those of `bytes` at x go to y, a spectrum in chunks, from byte `offset` on. */
function forwardLast(
  x: usize,
  bytes: usize,
  twiddles: usize,
  y: usize,
  offset: usize,
  chunk: usize,
  stride: usize,
): void {
  let to = inChunks(y, offset, chunk, stride);
  let left = chunk - (offset % chunk);
  for (const end = x + bytes; x < end; x += LEAVES, to += LEAVES, left -= LEAVES, twiddles += GROUP) {
    if (left === 0) {
      to += stride - chunk;
      left = chunk;
    }
    const w1 = Complex.load(twiddles);
    const w2 = w1.squared();
    const w3 = w2 * w1;
    const a = Complex.load(x);
    const b = Complex.load(x + GROUP) * w1;
    const c = Complex.load(x + 2 * GROUP) * w2;
    const d = Complex.load(x + 3 * GROUP) * w3;
    Dft.four(a, b, c, d, true);
    a.store(to);
    b.store(to + GROUP);
    c.store(to + 2 * GROUP);
    d.store(to + 3 * GROUP);
  }
}

/** Undoes `forwardLast`, times 4. */
function inverseLast(
  x: usize,
  bytes: usize,
  twiddles: usize,
  y: usize,
  offset: usize,
  chunk: usize,
  stride: usize,
): void {
  let from = inChunks(y, offset, chunk, stride);
  let left = chunk - (offset % chunk);
  for (const end = x + bytes; x < end; x += LEAVES, from += LEAVES, left -= LEAVES, twiddles += GROUP) {
    if (left === 0) {
      from += stride - chunk;
      left = chunk;
    }
    const w1 = Complex.load(twiddles);
    const w2 = w1.squared();
    const w3 = w2 * w1;
    const a = Complex.load(from);
    const b = Complex.load(from + GROUP);
    const c = Complex.load(from + 2 * GROUP);
    const d = Complex.load(from + 3 * GROUP);
    Dft.four(a, b, c, d, false);
    a.store(x);
    b.timesConj(w1).store(x + GROUP);
    c.timesConj(w2).store(x + 2 * GROUP);
    d.timesConj(w3).store(x + 3 * GROUP);
  }
}

/** The last split, the product with w, and back, four leaves at a time. */
function convolveLast(x: usize, bytes: usize, twiddles: usize, w: usize): void {
  for (const end = x + bytes; x < end; x += LEAVES, w += LEAVES, twiddles += GROUP) {
    const w1 = Complex.load(twiddles);
    const w2 = w1.squared();
    const w3 = w2 * w1;
    const a = Complex.load(x);
    const b = Complex.load(x + GROUP) * w1;
    const c = Complex.load(x + 2 * GROUP) * w2;
    const d = Complex.load(x + 3 * GROUP) * w3;
    Dft.four(a, b, c, d, true);
    a.set(a * Complex.load(w));
    b.set(b * Complex.load(w + GROUP));
    c.set(c * Complex.load(w + 2 * GROUP));
    d.set(d * Complex.load(w + 3 * GROUP));
    Dft.four(a, b, c, d, false);
    a.store(x);
    b.timesConj(w1).store(x + GROUP);
    c.timesConj(w2).store(x + 2 * GROUP);
    d.timesConj(w3).store(x + 3 * GROUP);
  }
}

/** Where byte `offset` of a spectrum is that is stored in chunks, `stride` apart. */
function inChunks(y: usize, offset: usize, chunk: usize, stride: usize): usize {
  return y + (offset / chunk) * stride + (offset % chunk);
}

function radixOf(level: usize): usize {
  return load<u32>(level);
}

/** The last level, of radix 0 here, has one group of twiddles for each node: its others are powers of it. */
function twiddlesOf(level: usize, node: usize): usize {
  const radix = radixOf(level);
  return load<usize>(level, 4) + node * (radix === 0 ? 1 : radix - 1) * GROUP;
}

/** Level by level down from node b: what fits the cache. */
function descend(x: usize, bytes: usize, level: usize, b: usize): void {
  for (let nodes: usize = 1, radix = radixOf(level); radix !== 0; radix = radixOf(level)) {
    bytes /= radix;
    split(radix, x, bytes, nodes, twiddlesOf(level, b));
    level += LEVEL;
    nodes *= radix;
    b *= radix;
  }
}

/** Level by level up again. */
function ascend(x: usize, bytes: usize, level: usize, b: usize): void {
  const top = level;
  let nodes: usize = 1;
  for (; radixOf(level) !== 0; level += LEVEL) {
    nodes *= radixOf(level);
    b *= radixOf(level);
  }
  bytes /= nodes;
  while (level > top) {
    level -= LEVEL;
    const r = radixOf(level);
    nodes /= r;
    b /= r;
    join(r, x, bytes, nodes, twiddlesOf(level, b));
    bytes *= r;
  }
}

/** The twiddles of the last splits under node b of a level. */
function lastTwiddles(level: usize, b: usize): usize {
  for (; radixOf(level) !== 0; level += LEVEL) b *= radixOf(level);
  return twiddlesOf(level, b);
}

/** Transforms node b of a level into the spectrum y: depth first while a node exceeds the cache, then level by level. */
function forwardNode(x: usize, bytes: usize, level: usize, b: usize, y: usize, chunk: usize, stride: usize): void {
  const radix = radixOf(level);
  if (bytes > CACHE && radix !== 0) {
    const child = bytes / radix;
    split(radix, x, child, 1, twiddlesOf(level, b));
    for (let k: usize = 0; k < radix; k++)
      forwardNode(x + k * child, child, level + LEVEL, b * radix + k, y, chunk, stride);
    return;
  }
  descend(x, bytes, level, b);
  forwardLast(x, bytes, lastTwiddles(level, b), y, b * bytes, chunk, stride);
}

function inverseNode(x: usize, bytes: usize, level: usize, b: usize, y: usize, chunk: usize, stride: usize): void {
  const radix = radixOf(level);
  if (bytes > CACHE && radix !== 0) {
    const child = bytes / radix;
    for (let k: usize = 0; k < radix; k++)
      inverseNode(x + k * child, child, level + LEVEL, b * radix + k, y, chunk, stride);
    join(radix, x, child, 1, twiddlesOf(level, b));
    return;
  }
  inverseLast(x, bytes, lastTwiddles(level, b), y, b * bytes, chunk, stride);
  ascend(x, bytes, level, b);
}

function convolveNode(x: usize, bytes: usize, level: usize, b: usize, w: usize): void {
  const radix = radixOf(level);
  if (bytes > CACHE && radix !== 0) {
    const child = bytes / radix;
    split(radix, x, child, 1, twiddlesOf(level, b));
    for (let k: usize = 0; k < radix; k++) convolveNode(x + k * child, child, level + LEVEL, b * radix + k, w);
    join(radix, x, child, 1, twiddlesOf(level, b));
    return;
  }
  descend(x, bytes, level, b);
  convolveLast(x, bytes, lastTwiddles(level, b), w + b * bytes);
  ascend(x, bytes, level, b);
}

/**
 * Transforms a strip of `bytes` into the spectrum y, which lies in chunks of `chunk` bytes, `stride` apart. `buffer` has room for
 * `bytes`, and what it held is lost; a spectrum in one chunk may itself be the buffer.
 */
export function forward(
  strip: usize,
  buffer: usize,
  bytes: usize,
  plan: usize,
  y: usize,
  chunk: usize,
  stride: usize,
): void {
  forwardRoot(strip, bytes / 2, buffer, twiddlesOf(plan, 0));
  const node = bytes / TOPS;
  for (let b: usize = 0; b < TOPS; b++) forwardNode(buffer + b * node, node, plan + LEVEL, b, y, chunk, stride);
}

/** Undoes `forward`, times the number of points. */
export function inverse(
  strip: usize,
  buffer: usize,
  bytes: usize,
  plan: usize,
  y: usize,
  chunk: usize,
  stride: usize,
): void {
  const node = bytes / TOPS;
  for (let b: usize = 0; b < TOPS; b++) inverseNode(buffer + b * node, node, plan + LEVEL, b, y, chunk, stride);
  inverseRoot(strip, bytes / 2, buffer, twiddlesOf(plan, 0));
}

/**
 * strip ← the strip convolved, in the ring of the root, with what has the spectrum w, times the number of points: product included, one
 * visit of each cache-full.
 */
export function convolve(strip: usize, buffer: usize, bytes: usize, plan: usize, w: usize): void {
  forwardRoot(strip, bytes / 2, buffer, twiddlesOf(plan, 0));
  const node = bytes / TOPS;
  for (let b: usize = 0; b < TOPS; b++) convolveNode(buffer + b * node, node, plan + LEVEL, b, w);
  inverseRoot(strip, bytes / 2, buffer, twiddlesOf(plan, 0));
}
