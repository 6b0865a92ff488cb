// Spectral factorisation by Kolmogoroff's method, exact but for the length of its FFT: with S(w) the spectrum of an autocorrelation, that of the
// filter of minimum phase is
//
//   A(w) = exp( c_0 / 2 + Σ_(l > 0) c_l e^(iwl) )        c the cepstrum: log S(w) = Σ c_l e^(iwl)
//
// since the exponential of a causal series is causal, and so is its inverse (J. Claerbout, Fundamentals of Geophysical Data Processing, 1976, 2.5).
import { forward, inverse } from "../backends/js/fft.js";
import { HelixError } from "../errors.js";
import { type NdArray, show } from "../ndarray.js";
import { type HelixFilter, lagsOf } from "./filter.js";
import { imaginaryIfAny, notPositive, type Sequence, wind } from "./helixSequence.js";
import { type FactorOptions, residualOf } from "./wilsonBurg.js";

export interface KolmogoroffOptions extends FactorOptions {
  /** Points of the FFT, a power of two: the more, the less cepstrum comes round its end; default 16 times the longest lag, at least 4096. */
  length?: number;
}

/**
 * The filter of minimum phase whose autocorrelation is `autocorrelation`, as `wilsonBurg` gives, by one FFT there and back: for long filters, and as a
 * check. Its spectrum must be positive everywhere. What the declared offsets do not hold is cut off.
 *
 * @throws HelixError "shape" or "option", as `wilsonBurg`
 * @example
 * const { filter, residual } = kolmogoroff({ data: [-2, 5, -2], shape: [3] }, [[1]]); // 2 (1 - z / 2)
 */
export function kolmogoroff(
  autocorrelation: NdArray,
  offsets: readonly (readonly number[])[],
  options: KolmogoroffOptions = {},
): { filter: HelixFilter; residual: number } {
  const S = wind(autocorrelation, offsets, options.shape);
  const lags = lagsOf(offsets, S.shape);
  const longest = Math.max(S.reach, ...lags);
  const { length = 2 ** Math.ceil(Math.log2(Math.max(4096, 16 * longest))) } = options;
  if (!Number.isInteger(Math.log2(length)) || length <= 2 * longest)
    throw new HelixError(
      "option",
      `length must be a power of two above twice the longest lag, ${longest}; got ${show(length)}`,
      { actual: length },
    );
  const a = factor(S, length);
  const a0 = a.re[0] as number;
  const part = (numbers: Float64Array) => lags.map((lag) => (numbers[lag] as number) / a0);
  const filter: HelixFilter = {
    a0,
    offsets: offsets.map((offset) => [...offset]),
    coefficients: part(a.re),
    ...(S.isComplex && imaginaryIfAny(part(a.im))),
  };
  return { filter, residual: residualOf(filter, S) };
}

interface Complexes {
  re: Float64Array;
  im: Float64Array;
}

function factor({ reach, values }: Sequence, n: number): Complexes {
  const x: Complexes = { re: new Float64Array(n), im: new Float64Array(n) };
  for (let lag = -reach; lag <= reach; lag++) {
    const t = (lag + n) % n;
    x.re[t] = values[2 * (lag + reach)] as number;
    x.im[t] = values[2 * (lag + reach) + 1] as number;
  }
  forward(x, 0, n, 0);
  logarithm(x);
  inverse(x, 0, n, 0);
  // The causal part; lag n / 2 is as much before as behind.
  for (let t = 0; t < n; t++) {
    const share = t === 0 || t === n / 2 ? 0.5 : t < n / 2 ? 1 : 0;
    x.re[t] = ((x.re[t] as number) * share) / n;
    x.im[t] = ((x.im[t] as number) * share) / n;
  }
  forward(x, 0, n, 0);
  for (let w = 0; w < n; w++) {
    const [size, angle] = [Math.exp(x.re[w] as number), x.im[w] as number];
    x.re[w] = (size * Math.cos(angle)) / n;
    x.im[w] = (size * Math.sin(angle)) / n;
  }
  inverse(x, 0, n, 0);
  return x;
}

/** x ← log x, of a spectrum, which must be positive. */
function logarithm({ re, im }: Complexes): void {
  const largest = re.reduce((most, value) => Math.max(most, value), 0);
  for (let w = 0; w < re.length; w++) {
    const power = re[w] as number;
    if (!(power > LEAST * largest)) throw notPositive(`its spectrum is ${power} somewhere, beside at most ${largest}`);
    re[w] = Math.log(power);
    im[w] = 0;
  }
}

/** A spectrum that is smaller than this, relative to its largest, is rounding. */
const LEAST = 1e-14;
