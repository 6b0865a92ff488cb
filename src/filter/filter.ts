// Filters on a helix. Wound on a helix of an array's shape, a filter of any rank is one of rank 1 (Claerbout, "Multidimensional recursive filters
// via a helix", Geophysics 63, 1998; SEP-95):
//
//   A = a0 (1 + Σ a_j z^lag_j)        lag_j = Σ_d offset_jd stride_d > 0
//
// All lags being positive, it is causal, and so it can be divided by, factored and estimated as filters of rank 1 are.
import { formatShape, HelixError } from "../errors.js";
import { rowMajor, show } from "../ndarray.js";
import type { Tap } from "../plan/filter.js";

/**
 * A filter a0 (1 + Σ a_j z^lag_j), of any rank; plain JSON.
 *
 * @example
 * // The derivative along a row: y[i, k] = x[i, k] - x[i, k - 1]
 * const derivative: HelixFilter = { a0: 1, offsets: [[0, 1]], coefficients: [-1] };
 */
export interface HelixFilter {
  /** What the leading 1 is scaled by; not 0. */
  a0: number;
  /** How far behind, along each axis, each tap reads; later axes may be negative where an earlier one is positive. */
  offsets: readonly (readonly number[])[];
  /** a_j, of each offset. */
  coefficients: readonly number[];
  /** The imaginary parts of a_j, where there are any. */
  imaginary?: readonly number[];
}

/** Checks a value, such as parsed JSON, and returns it as a filter; throws code "format". */
export function readFilter(value: unknown): HelixFilter {
  const wrong = (rule: string, actual: unknown) =>
    new HelixError("format", `a filter is { a0, offsets, coefficients }; ${rule}; got ${show(actual)}`, { actual });
  if (typeof value !== "object" || value === null) throw wrong("it is an object", value);
  const { a0, offsets, coefficients, imaginary } = value as Partial<HelixFilter>;
  if (typeof a0 !== "number" || !Number.isFinite(a0) || a0 === 0) throw wrong("a0 is a finite number, not 0", a0);
  if (!isOffsets(offsets)) throw wrong("offsets are arrays of whole numbers, one for each axis", offsets);
  const isList = (list: unknown): list is number[] =>
    Array.isArray(list) && list.length === offsets.length && list.every(Number.isFinite);
  if (!isList(coefficients))
    throw wrong(`coefficients are ${offsets.length} finite numbers, one an offset`, coefficients);
  if (imaginary === undefined) return { a0, offsets, coefficients };
  if (!isList(imaginary)) throw wrong(`imaginary are ${offsets.length} finite numbers, one an offset`, imaginary);
  return { a0, offsets, coefficients, imaginary };
}

export function isOffsets(value: unknown): value is number[][] {
  if (!Array.isArray(value)) return false;
  const rank = Array.isArray(value[0]) ? value[0].length : 0;
  return value.every((o) => Array.isArray(o) && o.length === rank && rank > 0 && o.every(Number.isSafeInteger));
}

/** The lag of each offset on the helix of a shape, whose last axes are the filter's; throws code "shape" where one is not positive. */
export function lagsOf(offsets: readonly (readonly number[])[], shape: readonly number[]): number[] {
  const axes = filteredAxes(offsets, shape);
  const stride = rowMajor(axes);
  return offsets.map((offset) => {
    const lag = offset.reduce((sum, o, d) => sum + o * (stride[d] as number), 0);
    if (lag > 0) return lag;
    throw new HelixError(
      "shape",
      `every lag must be positive, so that a filter is causal on its helix; offset ${formatShape(offset)} has lag ${lag} on shape ${formatShape(axes)}; turn it round, or widen the last axes`,
      { expected: "a positive lag", actual: offset },
    );
  });
}

/** The axes that a filter winds: as many of the last ones as its offsets have. The others are a batch. Without offsets, all. */
export function filteredAxes(offsets: readonly (readonly number[])[], shape: readonly number[]): readonly number[] {
  const rank = offsets[0]?.length ?? shape.length;
  if (rank <= shape.length) return shape.slice(shape.length - rank);
  throw new HelixError(
    "shape",
    `a filter may have at most the rank of its data; it has rank ${rank}, the data ${formatShape(shape)} rank ${shape.length}`,
    { expected: shape.length, actual: rank },
  );
}

export function tapsOf({ offsets, coefficients, imaginary }: HelixFilter, shape: readonly number[]): Tap[] {
  return lagsOf(offsets, shape).map((lag, j) => ({
    lag,
    re: coefficients[j] as number,
    im: imaginary?.[j] ?? 0,
  }));
}

export const isComplexFilter = ({ imaginary }: HelixFilter): boolean => imaginary?.some((im) => im !== 0) ?? false;
