// The transform. A node of angle θ holds the residue of a polynomial modulo X^n - e^{iθ}. Its k-th child, of r, has the angle
// (θ + 2πk)/r and holds Σ_j e^{i(θ + 2πk)j/r} x_j, where x_j is the j-th block of n/r coefficients: r twiddles e^{iθj/r}, then a
// DFT of length r (decimation in frequency). The n leaves are the spectrum, in an order that is left as it comes.
//
// A root of angle 0 gives the cyclic convolution of n complex numbers. A root of angle π/2 gives the negacyclic convolution of
// 2n real ones, packed as z_j = x_j + i x_{j+n}, since X^{2n} + 1 = (X^n - i)(X^n + i): the right-angle transform.
// (Nussbaumer, Fast Fourier Transform and Convolution Algorithms, 1982; Bernstein, The tangent FFT, 2007, section 2.)
//
// A plan is a list of levels in memory, outermost first: { radix: u32, twiddles: address }, ended by { 0, twiddles, lanes }
// of the leaves. Node b of a level of radix r owns the r - 1 twiddles at b (r - 1); src/backends/wasm/tables.ts writes them.
import { broadcast, Complex, GROUP, LANES, REAL, Transpose } from "./complex";

/** Bytes of one complex number, of a level of the plan, of one leaf, and of what fits the L1 cache. */
const COMPLEX: usize = 2 * REAL;
const LEVEL: usize = 8;
const LEAF: usize = LANES * GROUP;
const CACHE: usize = 1 << 15;

const SIN_60: Real = 0.8660254037844386;
const COS_72: Real = 0.30901699437494745;
const SIN_72: Real = 0.9510565162951535;
const COS_144: Real = -0.8090169943749475;
const SIN_144: Real = 0.5877852522924731;

/** Discrete Fourier transforms in place, x_k ← Σ_j e^{±2πijk/r} x_j: + forward, - inverse. */
abstract class Dft {
  @inline
  static two(a: Complex, b: Complex): void {
    const s = a + b;
    b.set(a - b);
    a.set(s);
  }

  @inline
  static three(a: Complex, b: Complex, c: Complex, forward: bool): void {
    const s = b + c;
    const d = (b - c).scaled(broadcast(SIN_60));
    const m = a.plusScaled(s, broadcast(-0.5));
    a.set(a + s);
    b.set(forward ? m.plusI(d) : m.minusI(d));
    c.set(forward ? m.minusI(d) : m.plusI(d));
  }

  @inline
  static four(a: Complex, b: Complex, c: Complex, d: Complex, forward: bool): void {
    const s = a + c;
    const t = a - c;
    const u = b + d;
    const v = b - d;
    a.set(s + u);
    b.set(forward ? t.plusI(v) : t.minusI(v));
    c.set(s - u);
    d.set(forward ? t.minusI(v) : t.plusI(v));
  }

  @inline
  static five(a: Complex, b: Complex, c: Complex, d: Complex, e: Complex, forward: bool): void {
    const s1 = b + e;
    const d1 = b - e;
    const s2 = c + d;
    const d2 = c - d;
    const m1 = a.plusScaled(s1, broadcast(COS_72)).plusScaled(s2, broadcast(COS_144));
    const m2 = a.plusScaled(s1, broadcast(COS_144)).plusScaled(s2, broadcast(COS_72));
    const n1 = d1.scaled(broadcast(SIN_72)).plusScaled(d2, broadcast(SIN_144));
    const n2 = d1.scaled(broadcast(SIN_144)).plusScaled(d2, broadcast(-SIN_72));
    a.set(a + s1 + s2);
    b.set(forward ? m1.plusI(n1) : m1.minusI(n1));
    c.set(forward ? m2.plusI(n2) : m2.minusI(n2));
    d.set(forward ? m2.minusI(n2) : m2.plusI(n2));
    e.set(forward ? m1.minusI(n1) : m1.plusI(n1));
  }
}

/** Splits each of several nodes into two children of `stride` bytes. */
function forward2(x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  for (; nodes > 0; nodes--, x += stride, twiddles += COMPLEX) {
    const w1 = Complex.splat(twiddles);
    for (const end = x + stride; x < end; x += GROUP) {
      const a = Complex.load(x);
      const b = Complex.load(x + stride) * w1;
      Dft.two(a, b);
      a.store(x);
      b.store(x + stride);
    }
  }
}

/** Undoes `forward2`, times 2. */
function inverse2(x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  for (; nodes > 0; nodes--, x += stride, twiddles += COMPLEX) {
    const w1 = Complex.splat(twiddles);
    for (const end = x + stride; x < end; x += GROUP) {
      const a = Complex.load(x);
      const b = Complex.load(x + stride);
      Dft.two(a, b);
      a.store(x);
      b.timesConj(w1).store(x + stride);
    }
  }
}

function forward3(x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  for (; nodes > 0; nodes--, x += 2 * stride, twiddles += 2 * COMPLEX) {
    const w1 = Complex.splat(twiddles);
    const w2 = Complex.splat(twiddles + COMPLEX);
    for (const end = x + stride; x < end; x += GROUP) {
      const a = Complex.load(x);
      const b = Complex.load(x + stride) * w1;
      const c = Complex.load(x + 2 * stride) * w2;
      Dft.three(a, b, c, true);
      a.store(x);
      b.store(x + stride);
      c.store(x + 2 * stride);
    }
  }
}

/** Undoes `forward3`, times 3. */
function inverse3(x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  for (; nodes > 0; nodes--, x += 2 * stride, twiddles += 2 * COMPLEX) {
    const w1 = Complex.splat(twiddles);
    const w2 = Complex.splat(twiddles + COMPLEX);
    for (const end = x + stride; x < end; x += GROUP) {
      const a = Complex.load(x);
      const b = Complex.load(x + stride);
      const c = Complex.load(x + 2 * stride);
      Dft.three(a, b, c, false);
      a.store(x);
      b.timesConj(w1).store(x + stride);
      c.timesConj(w2).store(x + 2 * stride);
    }
  }
}

function forward4(x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  for (; nodes > 0; nodes--, x += 3 * stride, twiddles += 3 * COMPLEX) {
    const w1 = Complex.splat(twiddles);
    const w2 = Complex.splat(twiddles + COMPLEX);
    const w3 = Complex.splat(twiddles + 2 * COMPLEX);
    for (const end = x + stride; x < end; x += GROUP) {
      const x1 = x + stride;
      const x2 = x1 + stride;
      const x3 = x2 + stride;
      const a = Complex.load(x);
      const b = Complex.load(x1) * w1;
      const c = Complex.load(x2) * w2;
      const d = Complex.load(x3) * w3;
      Dft.four(a, b, c, d, true);
      a.store(x);
      b.store(x1);
      c.store(x2);
      d.store(x3);
    }
  }
}

/** Undoes `forward4`, times 4. */
function inverse4(x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  for (; nodes > 0; nodes--, x += 3 * stride, twiddles += 3 * COMPLEX) {
    const w1 = Complex.splat(twiddles);
    const w2 = Complex.splat(twiddles + COMPLEX);
    const w3 = Complex.splat(twiddles + 2 * COMPLEX);
    for (const end = x + stride; x < end; x += GROUP) {
      const x1 = x + stride;
      const x2 = x1 + stride;
      const x3 = x2 + stride;
      const a = Complex.load(x);
      const b = Complex.load(x1);
      const c = Complex.load(x2);
      const d = Complex.load(x3);
      Dft.four(a, b, c, d, false);
      a.store(x);
      b.timesConj(w1).store(x1);
      c.timesConj(w2).store(x2);
      d.timesConj(w3).store(x3);
    }
  }
}

function forward5(x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  for (; nodes > 0; nodes--, x += 4 * stride, twiddles += 4 * COMPLEX) {
    const w1 = Complex.splat(twiddles);
    const w2 = Complex.splat(twiddles + COMPLEX);
    const w3 = Complex.splat(twiddles + 2 * COMPLEX);
    const w4 = Complex.splat(twiddles + 3 * COMPLEX);
    for (const end = x + stride; x < end; x += GROUP) {
      const a = Complex.load(x);
      const b = Complex.load(x + stride) * w1;
      const c = Complex.load(x + 2 * stride) * w2;
      const d = Complex.load(x + 3 * stride) * w3;
      const e = Complex.load(x + 4 * stride) * w4;
      Dft.five(a, b, c, d, e, true);
      a.store(x);
      b.store(x + stride);
      c.store(x + 2 * stride);
      d.store(x + 3 * stride);
      e.store(x + 4 * stride);
    }
  }
}

/** Undoes `forward5`, times 5. */
function inverse5(x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  for (; nodes > 0; nodes--, x += 4 * stride, twiddles += 4 * COMPLEX) {
    const w1 = Complex.splat(twiddles);
    const w2 = Complex.splat(twiddles + COMPLEX);
    const w3 = Complex.splat(twiddles + 2 * COMPLEX);
    const w4 = Complex.splat(twiddles + 3 * COMPLEX);
    for (const end = x + stride; x < end; x += GROUP) {
      const a = Complex.load(x);
      const b = Complex.load(x + stride);
      const c = Complex.load(x + 2 * stride);
      const d = Complex.load(x + 3 * stride);
      const e = Complex.load(x + 4 * stride);
      Dft.five(a, b, c, d, e, false);
      a.store(x);
      b.timesConj(w1).store(x + stride);
      c.timesConj(w2).store(x + 2 * stride);
      d.timesConj(w3).store(x + 3 * stride);
      e.timesConj(w4).store(x + 4 * stride);
    }
  }
}

/** The last two splits at once, in registers: LANES x LANES points, with a transpose between. */
abstract class Leaf {
  @inline
  static forward4(a: Complex, b: Complex, c: Complex, d: Complex, x: usize, twiddles: usize, u1: Complex): void {
    a.set(Complex.load(x));
    b.set(Complex.load(x + GROUP) * Complex.splat(twiddles));
    c.set(Complex.load(x + 2 * GROUP) * Complex.splat(twiddles + COMPLEX));
    d.set(Complex.load(x + 3 * GROUP) * Complex.splat(twiddles + 2 * COMPLEX));
    Dft.four(a, b, c, d, true);
    Transpose.four(a, b, c, d);
    const u2 = u1.squared();
    b.set(b * u1);
    c.set(c * u2);
    d.set(d * (u2 * u1));
    Dft.four(a, b, c, d, true);
  }

  /** Undoes `forward4`, times 16. */
  @inline
  static inverse4(a: Complex, b: Complex, c: Complex, d: Complex, x: usize, twiddles: usize, u1: Complex): void {
    const u2 = u1.squared();
    Dft.four(a, b, c, d, false);
    b.set(b.timesConj(u1));
    c.set(c.timesConj(u2));
    d.set(d.timesConj(u2 * u1));
    Transpose.four(a, b, c, d);
    Dft.four(a, b, c, d, false);
    a.store(x);
    b.timesConj(Complex.splat(twiddles)).store(x + GROUP);
    c.timesConj(Complex.splat(twiddles + COMPLEX)).store(x + 2 * GROUP);
    d.timesConj(Complex.splat(twiddles + 2 * COMPLEX)).store(x + 3 * GROUP);
  }

  @inline
  static forward2(a: Complex, b: Complex, x: usize, twiddles: usize, u1: Complex): void {
    a.set(Complex.load(x));
    b.set(Complex.load(x + GROUP) * Complex.splat(twiddles));
    Dft.two(a, b);
    Transpose.two(a, b);
    b.set(b * u1);
    Dft.two(a, b);
  }

  /** Undoes `forward2`, times 4. */
  @inline
  static inverse2(a: Complex, b: Complex, x: usize, twiddles: usize, u1: Complex): void {
    Dft.two(a, b);
    b.set(b.timesConj(u1));
    Transpose.two(a, b);
    Dft.two(a, b);
    a.store(x);
    b.timesConj(Complex.splat(twiddles)).store(x + GROUP);
  }
}

/** The leaves of `bytes` at x; their values go to the spectrum y from byte `offset` on. */
function forwardLeaves(
  x: usize,
  bytes: usize,
  twiddles: usize,
  lanes: usize,
  y: usize,
  offset: usize,
  chunk: usize,
  stride: usize,
): void {
  for (const end = x + bytes; x < end; x += LEAF, twiddles += (LANES - 1) * COMPLEX, lanes += GROUP, offset += LEAF) {
    const to = inChunks(y, offset, chunk, stride);
    if (LANES === 1) Complex.load(x).store(to);
    else {
      const u1 = Complex.load(lanes);
      const a = Complex.zero();
      const b = Complex.zero();
      if (LANES === 2) Leaf.forward2(a, b, x, twiddles, u1);
      else {
        const c = Complex.zero();
        const d = Complex.zero();
        Leaf.forward4(a, b, c, d, x, twiddles, u1);
        c.store(to + 2 * GROUP);
        d.store(to + 3 * GROUP);
      }
      a.store(to);
      b.store(to + GROUP);
    }
  }
}

/** Undoes `forwardLeaves`, times LANES². */
function inverseLeaves(
  x: usize,
  bytes: usize,
  twiddles: usize,
  lanes: usize,
  y: usize,
  offset: usize,
  chunk: usize,
  stride: usize,
): void {
  for (const end = x + bytes; x < end; x += LEAF, twiddles += (LANES - 1) * COMPLEX, lanes += GROUP, offset += LEAF) {
    const from = inChunks(y, offset, chunk, stride);
    if (LANES === 1) Complex.load(from).store(x);
    else {
      const u1 = Complex.load(lanes);
      const a = Complex.load(from);
      const b = Complex.load(from + GROUP);
      if (LANES === 2) Leaf.inverse2(a, b, x, twiddles, u1);
      else {
        const c = Complex.load(from + 2 * GROUP);
        const d = Complex.load(from + 3 * GROUP);
        Leaf.inverse4(a, b, c, d, x, twiddles, u1);
      }
    }
  }
}

/** x ← the inverse of (the transform of x, times w), leaf by leaf. */
function convolveLeaves(x: usize, bytes: usize, twiddles: usize, lanes: usize, w: usize): void {
  for (const end = x + bytes; x < end; x += LEAF, twiddles += (LANES - 1) * COMPLEX, lanes += GROUP, w += LEAF) {
    if (LANES === 1) (Complex.load(x) * Complex.load(w)).store(x);
    else {
      const u1 = Complex.load(lanes);
      const a = Complex.zero();
      const b = Complex.zero();
      if (LANES === 2) {
        Leaf.forward2(a, b, x, twiddles, u1);
        a.set(a * Complex.load(w));
        b.set(b * Complex.load(w + GROUP));
        Leaf.inverse2(a, b, x, twiddles, u1);
      } else {
        const c = Complex.zero();
        const d = Complex.zero();
        Leaf.forward4(a, b, c, d, x, twiddles, u1);
        a.set(a * Complex.load(w));
        b.set(b * Complex.load(w + GROUP));
        c.set(c * Complex.load(w + 2 * GROUP));
        d.set(d * Complex.load(w + 3 * GROUP));
        Leaf.inverse4(a, b, c, d, x, twiddles, u1);
      }
    }
  }
}

/** Where byte `offset` of a spectrum is that is stored in chunks, `stride` apart. */
function inChunks(y: usize, offset: usize, chunk: usize, stride: usize): usize {
  return y + (offset / chunk) * stride + (offset % chunk);
}

function radixOf(level: usize): usize {
  return load<u32>(level);
}

function twiddlesOf(level: usize, node: usize): usize {
  return load<usize>(level, 4) + node * (radixOf(level) - 1) * COMPLEX;
}

function leafTwiddles(level: usize, leaf: usize): usize {
  return load<usize>(level, 4) + leaf * (LANES - 1) * COMPLEX;
}

function leafLanes(level: usize, leaf: usize): usize {
  return load<usize>(level, LEVEL) + leaf * GROUP;
}

function split(radix: usize, x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  if (radix === 4) forward4(x, stride, nodes, twiddles);
  else if (radix === 2) forward2(x, stride, nodes, twiddles);
  else if (radix === 3) forward3(x, stride, nodes, twiddles);
  else forward5(x, stride, nodes, twiddles);
}

function join(radix: usize, x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  if (radix === 4) inverse4(x, stride, nodes, twiddles);
  else if (radix === 2) inverse2(x, stride, nodes, twiddles);
  else if (radix === 3) inverse3(x, stride, nodes, twiddles);
  else inverse5(x, stride, nodes, twiddles);
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

/** The first leaf under node b of a level. */
function firstLeaf(level: usize, b: usize): usize {
  for (; radixOf(level) !== 0; level += LEVEL) b *= radixOf(level);
  return b;
}

function leafLevel(level: usize): usize {
  while (radixOf(level) !== 0) level += LEVEL;
  return level;
}

/**
 * Transforms node b of a level, `bytes` at x, into the spectrum y, which lies in chunks of `chunk` bytes, `stride` apart; x is
 * overwritten. Depth first while a node exceeds the cache, then level by level.
 */
export function forward(x: usize, bytes: usize, level: usize, b: usize, y: usize, chunk: usize, stride: usize): void {
  const radix = radixOf(level);
  if (bytes > CACHE && radix !== 0) {
    const child = bytes / radix;
    split(radix, x, child, 1, twiddlesOf(level, b));
    for (let k: usize = 0; k < radix; k++)
      forward(x + k * child, child, level + LEVEL, b * radix + k, y, chunk, stride);
    return;
  }
  descend(x, bytes, level, b);
  const leaf = firstLeaf(level, b);
  const last = leafLevel(level);
  forwardLeaves(x, bytes, leafTwiddles(last, leaf), leafLanes(last, leaf), y, b * bytes, chunk, stride);
}

/** Undoes `forward`, times the number of points. */
export function inverse(x: usize, bytes: usize, level: usize, b: usize, y: usize, chunk: usize, stride: usize): void {
  const radix = radixOf(level);
  if (bytes > CACHE && radix !== 0) {
    const child = bytes / radix;
    for (let k: usize = 0; k < radix; k++)
      inverse(x + k * child, child, level + LEVEL, b * radix + k, y, chunk, stride);
    join(radix, x, child, 1, twiddlesOf(level, b));
    return;
  }
  const leaf = firstLeaf(level, b);
  const last = leafLevel(level);
  inverseLeaves(x, bytes, leafTwiddles(last, leaf), leafLanes(last, leaf), y, b * bytes, chunk, stride);
  ascend(x, bytes, level, b);
}

/** x ← x convolved, in the ring of the root, with what has the spectrum w, times the number of points: one visit of each cache-full. */
export function convolve(x: usize, bytes: usize, level: usize, b: usize, w: usize): void {
  const radix = radixOf(level);
  if (bytes > CACHE && radix !== 0) {
    const child = bytes / radix;
    split(radix, x, child, 1, twiddlesOf(level, b));
    for (let k: usize = 0; k < radix; k++) convolve(x + k * child, child, level + LEVEL, b * radix + k, w);
    join(radix, x, child, 1, twiddlesOf(level, b));
    return;
  }
  descend(x, bytes, level, b);
  const leaf = firstLeaf(level, b);
  const last = leafLevel(level);
  convolveLeaves(x, bytes, leafTwiddles(last, leaf), leafLanes(last, leaf), w + b * bytes);
  ascend(x, bytes, level, b);
}
