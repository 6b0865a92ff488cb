// Spectral factorisation on a helix: the minimum-phase filter A with A conj(A) = S, by Newton's method as Wilson found it, in Burg's form
// (S. Fomel, P. Sava, J. Rickett, J. Claerbout, "The Wilson-Burg method of spectral factorization with application to helical filtering",
// Geophysical Prospecting 51, 2003). With monic A, from A = 1 on:
//
//   C = S / (A conj(A)),   a0² = C_0,   B = 1 + Σ_(l > 0) C_l / C_0 z^l,   A ← A B on the declared lags
//
// until B is 1. B conj(B) is C to first order, so that the error is squared in each iteration, where S has no zeros.
import { HelixError } from "../errors.js";
import { type NdArray, show } from "../ndarray.js";
import { divide, divideAdjoint } from "./apply.js";
import { type HelixFilter, lagsOf } from "./filter.js";
import { imaginaryIfAny, notPositive, type Sequence, wind } from "./helixSequence.js";

export interface FactorOptions {
  /** The shape of the data that the filter is for, on whose helix it is factored; default turns so wide that rows do not meet. */
  shape?: readonly number[];
}

export interface WilsonBurgOptions extends FactorOptions {
  /** The largest |b_l| that ends the iteration; default 1e-10. */
  tolerance?: number;
  /** Default 50. */
  maxIterations?: number;
}

export interface Factorisation {
  /** Of minimum phase; `divide` by it is stable. */
  filter: HelixFilter;
  /** Newton's steps until max |b_l| was below the tolerance. */
  iterations: number;
  /** Whether it was. Where S has zeros, steps only halve the error, and the residual tells how near the filter is. */
  converged: boolean;
  /** max |b_l| of the last step. */
  step: number;
  /** |A conj(A) - S|_2 / |S|_2: also what the declared offsets cannot hold. */
  residual: number;
}

/**
 * The filter of minimum phase, on given offsets, whose autocorrelation A conj(A) is `autocorrelation`: two-sided, of odd shape, centred, real or
 * complex. As many offsets as have a positive lag and a coefficient worth having should be declared: more than the autocorrelation has samples,
 * mostly.
 *
 * @throws HelixError "shape"; "option" where it is not positive definite
 * @example
 * const S = { data: [24, 242, 867, 1334, 867, 242, 24], shape: [7] };
 * const { filter } = wilsonBurg(S, [[1], [2], [3]]); // 24 (1 + 26/24 z + 9/24 z² + 1/24 z³)
 */
export function wilsonBurg(
  autocorrelation: NdArray,
  offsets: readonly (readonly number[])[],
  options: WilsonBurgOptions = {},
): Factorisation {
  const { tolerance = 1e-10, maxIterations = 50 } = options;
  if (!(tolerance > 0) || !(Number.isInteger(maxIterations) && maxIterations > 0))
    throw new HelixError(
      "option",
      `tolerance must be positive and maxIterations a whole number, at least 1; got ${show(tolerance)} and ${show(maxIterations)}`,
      { actual: [tolerance, maxIterations] },
    );
  const S = wind(autocorrelation, offsets, options.shape);
  const lags = lagsOf(offsets, S.shape);
  const longest = Math.max(...lags);
  const strip = stripOf(S, longest);
  let a: Monic = { lags, re: lags.map(() => 0), im: lags.map(() => 0) };
  for (let iterations = 1; ; iterations++) {
    const C = quotient(strip, a, longest);
    const c0 = C[0] as number;
    if (!(c0 > 0)) throw notPositive(`after ${iterations - 1} iterations a0² would be ${c0}`);
    const step = stepOf(C);
    a = times(a, C);
    const converged = step < tolerance;
    if (!converged && iterations < maxIterations) continue;
    const filter = filterOf(offsets, a, Math.sqrt(c0));
    return { filter, iterations, converged, step, residual: residualOf(filter, S) };
  }
}

/** A monic filter on the strip: 1 + Σ a_j z^lag_j. */
interface Monic {
  lags: readonly number[];
  re: number[];
  im: number[];
}

/** S on a strip with its centre at `centre`, and behind it room for what division makes of it to fade. */
interface Strip {
  data: Float64Array;
  centre: number;
  complex: boolean;
}

function stripOf({ values, reach, isComplex }: Sequence, longest: number): Strip {
  const parts = isComplex ? 2 : 1;
  const data = new Float64Array(parts * (2 * reach + 1 + FADE * longest));
  for (let i = 0; i <= 2 * reach; i++)
    for (let part = 0; part < parts; part++) data[parts * i + part] = values[2 * i + part] as number;
  return { data, centre: reach, complex: isComplex };
}

const FADE = 16;

/** C = S / (A conj(A)) at lags 0 to `longest`, pairs. */
function quotient({ data, centre, complex }: Strip, a: Monic, longest: number): Float64Array {
  const filter: HelixFilter = {
    a0: 1,
    offsets: a.lags.map((lag) => [lag]),
    coefficients: a.re,
    ...(complex && { imaginary: a.im }),
  };
  const parts = complex ? 2 : 1;
  const strip = { data, shape: [data.length / parts], ...(complex && { dtype: "complex128" }) };
  const { data: found } = divideAdjoint(filter, divideOr(filter, strip));
  const C = new Float64Array(2 * (longest + 1));
  for (let lag = 0; lag <= longest; lag++)
    for (let part = 0; part < parts; part++) C[2 * lag + part] = found[parts * (centre + lag) + part] as number;
  return C;
}

/** A that Newton's step has made too long for the declared lags is not of minimum phase. */
function divideOr(filter: HelixFilter, strip: NdArray): NdArray {
  try {
    return divide(filter, strip);
  } catch (cause) {
    throw notPositive(
      `an iteration blew up (${cause instanceof Error ? cause.message : cause}); or declare more offsets`,
    );
  }
}

/** max |b_l|, b_l = C_l / C_0. */
function stepOf(C: Float64Array): number {
  let largest = 0;
  for (let at = 2; at < C.length; at += 2)
    largest = Math.max(largest, Math.hypot(C[at] as number, C[at + 1] as number));
  return largest / (C[0] as number);
}

/** A B on the lags of A: a_L + b_L + Σ a_l b_(L - l). */
function times({ lags, re, im }: Monic, C: Float64Array): Monic {
  const c0 = C[0] as number;
  const b = (lag: number, part: 0 | 1): number => (lag > 0 ? (C[2 * lag + part] as number) / c0 : 0);
  const product: Monic = { lags, re: [], im: [] };
  lags.forEach((L, j) => {
    let [sumRe, sumIm] = [(re[j] as number) + b(L, 0), (im[j] as number) + b(L, 1)];
    lags.forEach((l, k) => {
      const [p, q] = [re[k] as number, im[k] as number];
      sumRe += p * b(L - l, 0) - q * b(L - l, 1);
      sumIm += p * b(L - l, 1) + q * b(L - l, 0);
    });
    product.re.push(sumRe);
    product.im.push(sumIm);
  });
  return product;
}

function filterOf(offsets: readonly (readonly number[])[], { re, im }: Monic, a0: number): HelixFilter {
  return { a0, offsets: offsets.map((offset) => [...offset]), coefficients: re, ...imaginaryIfAny(im) };
}

/** |A conj(A) - S|_2 / |S|_2 over all lags that either has. */
export function residualOf({ a0, offsets, coefficients, imaginary }: HelixFilter, S: Sequence): number {
  const error = new Map<number, [number, number]>();
  const add = (lag: number, re: number, im: number) => {
    const [a, b] = error.get(lag) ?? [0, 0];
    error.set(lag, [a + re, b + im]);
  };
  let square = 0;
  for (let lag = -S.reach; lag <= S.reach; lag++) {
    const at = 2 * (lag + S.reach);
    const [re, im] = [S.values[at] as number, S.values[at + 1] as number];
    square += re * re + im * im;
    if (re !== 0 || im !== 0) add(lag, -re, -im);
  }
  const all = [
    { lag: 0, re: a0, im: 0 },
    ...lagsOf(offsets, S.shape).map((lag, j) => ({
      lag,
      re: a0 * (coefficients[j] as number),
      im: a0 * (imaginary?.[j] ?? 0),
    })),
  ];
  for (const p of all) for (const q of all) add(p.lag - q.lag, p.re * q.re + p.im * q.im, p.im * q.re - p.re * q.im);
  let found = 0;
  for (const [re, im] of error.values()) found += re * re + im * im;
  return Math.sqrt(found / square);
}
