// What factors.ts computes with: dense row-major arrays of real or complex numbers in float64, their outer products and contractions.

/** Real and imaginary parts; real numbers have only the first. */
export interface Numbers {
  re: Float64Array;
  im?: Float64Array | undefined;
}

export const magnitudeAt = ({ re, im }: Numbers, k: number): number =>
  im ? Math.sqrt((re[k] as number) ** 2 + (im[k] as number) ** 2) : Math.abs(re[k] as number);

/** |a[k] - b[i] c[j]| */
export function distance(a: Numbers, k: number, b: Numbers, i: number, c: Numbers, j: number): number {
  const p = b.re[i] as number;
  const q = c.re[j] as number;
  if (!a.im || !b.im || !c.im) return Math.abs((a.re[k] as number) - p * q);
  const s = b.im[i] as number;
  const t = c.im[j] as number;
  return Math.sqrt(((a.re[k] as number) - (p * q - s * t)) ** 2 + ((a.im[k] as number) - (p * t + s * q)) ** 2);
}

/** The index of the largest number, and its magnitude, which is NaN or infinite if any of them is. */
export function largestOf(numbers: Numbers): { index: number; magnitude: number } {
  let index = 0;
  let magnitude = 0;
  let total = 0;
  for (let k = 0; k < numbers.re.length; k++) {
    const found = magnitudeAt(numbers, k);
    total += found;
    if (found > magnitude) {
      magnitude = found;
      index = k;
    }
  }
  return { index, magnitude: Number.isFinite(total) ? magnitude : total };
}

/** Σ |a|² */
export function squaresOf(a: Numbers): number {
  let sum = 0;
  for (let k = 0; k < a.re.length; k++) sum += magnitudeAt(a, k) ** 2;
  return sum;
}

/** a ← by · a */
export function scale({ re, im }: Numbers, by: number): void {
  for (let k = 0; k < re.length; k++) re[k] = (re[k] as number) * by;
  if (im) for (let k = 0; k < im.length; k++) im[k] = (im[k] as number) * by;
}

/** Σ_k a[o,k,i] conj(f[k]), an array [o,i]; `inner` is the number of i. */
export const contract = (a: Numbers, f: Numbers, inner: number): Numbers =>
  products(a, f, -1, a.re.length / f.re.length, addContraction, inner);

/** a[o] f[k], an array [o,k]. */
export const outer = (a: Numbers, f: Numbers): Numbers => products(a, f, 1, a.re.length * f.re.length, addOuter, 1);

type AddProducts = (y: Float64Array, a: Float64Array, f: Float64Array, sign: number, inner: number) => void;

/** Products of a with f, or (`sign` -1) with conj(f), part by part. */
function products(a: Numbers, f: Numbers, sign: 1 | -1, size: number, add: AddProducts, inner: number): Numbers {
  const re = new Float64Array(size);
  add(re, a.re, f.re, 1, inner);
  if (!a.im || !f.im) return { re };
  const im = new Float64Array(size);
  add(re, a.im, f.im, -sign, inner);
  add(im, a.im, f.re, 1, inner);
  add(im, a.re, f.im, sign, inner);
  return { re, im };
}

function addContraction(y: Float64Array, a: Float64Array, f: Float64Array, sign: number, inner: number): void {
  for (let to = 0, from = 0; to < y.length; to += inner)
    for (let k = 0; k < f.length; k++, from += inner) {
      const by = sign * (f[k] as number);
      for (let i = 0; i < inner; i++) y[to + i] = (y[to + i] as number) + by * (a[from + i] as number);
    }
}

function addOuter(y: Float64Array, a: Float64Array, f: Float64Array, sign: number): void {
  for (let o = 0, to = 0; o < a.length; o++, to += f.length) {
    const by = sign * (a[o] as number);
    for (let k = 0; k < f.length; k++) y[to + k] = (y[to + k] as number) + by * (f[k] as number);
  }
}
