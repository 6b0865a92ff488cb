// A two-sided autocorrelation of any rank, wound: S = Σ s_l z^l, s_-l = conj(s_l), by the lags of its samples on a helix.
import { formatShape, HelixError } from "../errors.js";
import { isComplex, type NdArray, rowMajor, show, sizeOf, viewOf } from "../ndarray.js";
import { pack } from "./apply.js";
import { isOffsets } from "./filter.js";

export interface Sequence {
  /** The largest lag. */
  reach: number;
  /** s_l at 2 (l + reach), complex as pairs, for |l| <= reach. */
  values: Float64Array;
  isComplex: boolean;
  /** The shape on whose helix lags are counted. */
  shape: readonly number[];
}

/**
 * Winds an autocorrelation, of odd shape and centred. Without a shape, turns are so wide that no row of the filter or the autocorrelation
 * meets another.
 */
export function wind(
  autocorrelation: NdArray,
  offsets: readonly (readonly number[])[],
  shape: readonly number[] | undefined,
): Sequence {
  const view = viewOf(autocorrelation, "autocorrelation");
  const half = view.shape.map((n) => (n - 1) / 2);
  if (!half.every(Number.isInteger))
    throw new HelixError(
      "shape",
      `an autocorrelation is two-sided and centred, so every axis must be odd; its shape is ${formatShape(view.shape)}`,
      { expected: "odd", actual: view.shape },
    );
  if (!isOffsets(offsets) || offsets.length === 0 || offsets[0]?.length !== half.length)
    throw new HelixError(
      "shape",
      `offsets must be arrays of ${half.length} whole numbers, one for each axis of the autocorrelation; got ${show(offsets)}`,
      { expected: half.length, actual: offsets },
    );
  if (shape && !(shape.length === half.length && shape.every((n) => Number.isSafeInteger(n) && n > 0)))
    throw new HelixError(
      "shape",
      `the helix's shape must have one size for each of the autocorrelation's ${half.length} axes; got ${formatShape(shape)}`,
      { expected: half.length, actual: shape },
    );
  const turns =
    shape ??
    half.map(
      (h, d) => 2 * (h + offsets.reduce((most, offset) => Math.max(most, Math.abs(offset[d] as number)), 0)) + 1,
    );
  const stride = rowMajor(turns);
  const reach = half.reduce((sum, h, d) => sum + h * (stride[d] as number), 0);
  const values = new Float64Array(2 * (2 * reach + 1));
  const complex = isComplex(view.dtype);
  const { data } = pack(view);
  const size = sizeOf(view.shape, "autocorrelation");
  for (let i = 0; i < size; i++) {
    let lag = 0;
    for (let d = half.length - 1, rest = i; d >= 0; d--) {
      const n = view.shape[d] as number;
      lag += ((rest % n) - (half[d] as number)) * (stride[d] as number);
      rest = Math.floor(rest / n);
    }
    const at = 2 * (lag + reach);
    values[at] = (values[at] as number) + (data[complex ? 2 * i : i] as number);
    if (complex) values[at + 1] = (values[at + 1] as number) + (data[2 * i + 1] as number);
  }
  checkHermitian(values, reach);
  return { reach, values, isComplex: complex, shape: turns };
}

function checkHermitian(values: Float64Array, reach: number): void {
  const centre = values[2 * reach] as number;
  const end = 4 * reach;
  for (let at = 0; at <= end; at += 2) {
    const error = Math.hypot(
      (values[at] as number) - (values[end - at] as number),
      (values[at + 1] as number) + (values[end - at + 1] as number),
    );
    if (!(error <= 1e-6 * Math.abs(centre)))
      throw new HelixError(
        "option",
        `an autocorrelation must be the conjugate of itself reversed, with its largest sample in the centre; at lag ${at / 2 - reach} it differs by ${error}, beside ${centre} in the centre`,
        { actual: error },
      );
  }
  if (!(centre > 0)) throw notPositive(`its centre is ${centre}`);
}

export const notPositive = (found: string): HelixError =>
  new HelixError(
    "option",
    `an autocorrelation must be positive definite to be factored: its spectrum nowhere negative; ${found}; add a little to its centre, or correct it`,
    { expected: "positive definite", actual: found },
  );

/** The field of a filter, where it has one. */
export function imaginaryIfAny(imaginary: number[]): { imaginary?: number[] } {
  return imaginary.some((im) => im !== 0) ? { imaginary } : {};
}
