// DFTs of two to five points, and the passes that split nodes of the transform (fft.ts) into as many children: child k at x + k stride, with
// the radix - 1 groups of twiddles of each node one after the other.
import { broadcast, Complex, GROUP, splat } from "./complex";

/** sin 60°; then √5/4, sin 72° and sin 144°, at addresses, from where a vector of them takes one instruction. */
const SIN_60: usize = memory.data<Real>([0.8660254037844386]);
const ROOT_5: usize = memory.data<Real>([0.5590169943749475]);
const SIN_72: usize = memory.data<Real>([0.9510565162951535]);
const SIN_144: usize = memory.data<Real>([0.5877852522924731]);

/** Discrete Fourier transforms in place, x_k ← Σ_j e^{±2πijk/r} x_j: + forward, - inverse. */
export abstract class Dft {
  @inline
  static two(a: Complex, b: Complex): void {
    const s = a + b;
    b.set(a - b);
    a.set(s);
  }

  @inline
  static three(a: Complex, b: Complex, c: Complex, forward: bool): void {
    const s = b + c;
    const d = (b - c).scaled(splat(SIN_60));
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
    const t = s1 + s2;
    const m = a.plusScaled(t, broadcast(-0.25));
    const u = (s1 - s2).scaled(splat(ROOT_5));
    const m1 = m + u;
    const m2 = m - u;
    const n1 = d1.scaled(splat(SIN_72)).plusScaled(d2, splat(SIN_144));
    const n2 = d1.scaled(splat(SIN_144)).minusScaled(d2, splat(SIN_72));
    a.set(a + t);
    b.set(forward ? m1.plusI(n1) : m1.minusI(n1));
    c.set(forward ? m2.plusI(n2) : m2.minusI(n2));
    d.set(forward ? m2.minusI(n2) : m2.plusI(n2));
    e.set(forward ? m1.minusI(n1) : m1.plusI(n1));
  }
}

/** Splits each of several nodes into two children of `stride` bytes. */
function forward2(x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  for (; nodes > 0; nodes--, x += stride, twiddles += GROUP) {
    const w1 = Complex.load(twiddles);
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
  for (; nodes > 0; nodes--, x += stride, twiddles += GROUP) {
    const w1 = Complex.load(twiddles);
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
  for (; nodes > 0; nodes--, x += 2 * stride, twiddles += 2 * GROUP) {
    const w1 = Complex.load(twiddles);
    const w2 = Complex.load(twiddles + GROUP);
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
  for (; nodes > 0; nodes--, x += 2 * stride, twiddles += 2 * GROUP) {
    const w1 = Complex.load(twiddles);
    const w2 = Complex.load(twiddles + GROUP);
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
  for (; nodes > 0; nodes--, x += 3 * stride, twiddles += 3 * GROUP) {
    const w1 = Complex.load(twiddles);
    const w2 = Complex.load(twiddles + GROUP);
    const w3 = Complex.load(twiddles + 2 * GROUP);
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
  for (; nodes > 0; nodes--, x += 3 * stride, twiddles += 3 * GROUP) {
    const w1 = Complex.load(twiddles);
    const w2 = Complex.load(twiddles + GROUP);
    const w3 = Complex.load(twiddles + 2 * GROUP);
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
  for (; nodes > 0; nodes--, x += 4 * stride, twiddles += 4 * GROUP) {
    const w1 = Complex.load(twiddles);
    const w2 = Complex.load(twiddles + GROUP);
    const w3 = Complex.load(twiddles + 2 * GROUP);
    const w4 = Complex.load(twiddles + 3 * GROUP);
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
  for (; nodes > 0; nodes--, x += 4 * stride, twiddles += 4 * GROUP) {
    const w1 = Complex.load(twiddles);
    const w2 = Complex.load(twiddles + GROUP);
    const w3 = Complex.load(twiddles + 2 * GROUP);
    const w4 = Complex.load(twiddles + 3 * GROUP);
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

/** Splits each of several nodes into `radix` children of `stride` bytes. */
export function split(radix: usize, x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  if (radix === 4) forward4(x, stride, nodes, twiddles);
  else if (radix === 2) forward2(x, stride, nodes, twiddles);
  else if (radix === 3) forward3(x, stride, nodes, twiddles);
  else forward5(x, stride, nodes, twiddles);
}

/** Undoes `split`, times the radix. */
export function join(radix: usize, x: usize, stride: usize, nodes: usize, twiddles: usize): void {
  if (radix === 4) inverse4(x, stride, nodes, twiddles);
  else if (radix === 2) inverse2(x, stride, nodes, twiddles);
  else if (radix === 3) inverse3(x, stride, nodes, twiddles);
  else inverse5(x, stride, nodes, twiddles);
}
