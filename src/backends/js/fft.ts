// The transform of assembly/fft.ts as a formula. A polynomial modulo X^n - e^{iθ} has r residues modulo X^{n/r} - e^{i(θ + 2πk)/r}:
//
//   residue k = Σ_j e^{2πijk/r} (e^{iθj/r} x_j)        x_j the j-th block of n/r coefficients, 0 <= j, k < r
//
// and so on until n = 1. The values stay in that order, which the inverse undoes.
import type { ComplexArrays } from "./elements.js";

/** Transforms the n numbers from `start` on, in place. */
export function forward(x: ComplexArrays, start: number, n: number, angle: number): void {
  if (n === 1) return;
  const r = radixOf(n);
  const size = n / r;
  for (let j = 1; j < r; j++) rotate(x, start + j * size, size, (angle * j) / r);
  for (let i = start; i < start + size; i++) dft(x, i, size, r, 1);
  for (let k = 0; k < r; k++) forward(x, start + k * size, size, (angle + 2 * Math.PI * k) / r);
}

/** Undoes `forward`, times n. */
export function inverse(x: ComplexArrays, start: number, n: number, angle: number): void {
  if (n === 1) return;
  const r = radixOf(n);
  const size = n / r;
  for (let k = 0; k < r; k++) inverse(x, start + k * size, size, (angle + 2 * Math.PI * k) / r);
  for (let i = start; i < start + size; i++) dft(x, i, size, r, -1);
  for (let j = 1; j < r; j++) rotate(x, start + j * size, size, (-angle * j) / r);
}

/** x[i] ← e^{i angle} x[i] */
function rotate({ re, im }: ComplexArrays, start: number, size: number, angle: number): void {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  for (let i = start; i < start + size; i++) {
    const [a, b] = [re[i] as number, im[i] as number];
    re[i] = cos * a - sin * b;
    im[i] = sin * a + cos * b;
  }
}

const sumRe = new Float64Array(5);
const sumIm = new Float64Array(5);

/** x[i + k step] ← Σ_j e^{±2πijk/r} x[i + j step] */
function dft({ re, im }: ComplexArrays, i: number, step: number, r: number, sign: 1 | -1): void {
  const { cos, sin } = unitRoots[r] as Roots;
  for (let k = 0; k < r; k++) {
    let [a, b] = [0, 0];
    for (let j = 0; j < r; j++) {
      const c = cos[(j * k) % r] as number;
      const s = sign * (sin[(j * k) % r] as number);
      const [p, q] = [re[i + j * step] as number, im[i + j * step] as number];
      a += c * p - s * q;
      b += s * p + c * q;
    }
    sumRe[k] = a;
    sumIm[k] = b;
  }
  for (let k = 0; k < r; k++) {
    re[i + k * step] = sumRe[k] as number;
    im[i + k * step] = sumIm[k] as number;
  }
}

interface Roots {
  cos: readonly number[];
  sin: readonly number[];
}

/** cos and sin of 2πj/r, where they are simple without rounding. */
const unitRoots: Record<number, Roots> = {
  2: { cos: [1, -1], sin: [0, 0] },
  3: rootsOf(3),
  4: { cos: [1, 0, -1, 0], sin: [0, 1, 0, -1] },
  5: rootsOf(5),
};

function rootsOf(r: number): Roots {
  const angles = Array.from({ length: r }, (_, j) => (2 * Math.PI * j) / r);
  return { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
}

/** The radix of the outermost split: 4 where it can be, for fewer passes. */
function radixOf(n: number): number {
  const radix = [4, 2, 3, 5].find((r) => n % r === 0);
  if (radix === undefined) throw new Error(`a transform's length must be 2^a 3^b 5^c; got a factor of ${n}`);
  return radix;
}
