// Missing data: the x that minimises |A x|² with the known samples held (J. Claerbout, Image Estimation by Example, chapters 3 and 5): samples that
// are missing get what gives them the spectrum 1 / |A|². Plain, the unknowns are the missing samples; preconditioned, x = A⁻¹ p with p the unknown,
// and the smallest p that reproduces the known samples, of which few iterations find most.
import { formatShape, HelixError } from "../errors.js";
import { allocate, type FloatArray, type NdArray } from "../ndarray.js";
import { apply, applyAdjoint, divide, divideAdjoint, pack } from "./apply.js";
import { type Convergence, conjugateGradients, type IterationOptions } from "./conjugateGradients.js";
import type { HelixFilter } from "./filter.js";
import { flagsOf, outputMask } from "./mask.js";
import { realView } from "./predictionError.js";

export interface FillOptions extends IterationOptions {
  /** Whether to solve for p = A x, dividing by the filter, which must then be of minimum phase; rows are then joined as on the helix. Default false. */
  preconditioned?: boolean;
}

/**
 * Fills the samples where the mask is 0, so that the filtered result is least; what is known stays as it is, to the bit. Missing samples may
 * hold anything, NaN too. With everything known the data comes back. Data must be real.
 *
 * @throws HelixError "shape", "dtype"; "option" where nothing is known, or a known sample is not finite
 * @example
 * const { data } = await fillMissing(picture, mask, filter);
 */
export async function fillMissing(
  data: NdArray,
  mask: NdArray,
  filter: HelixFilter,
  options: FillOptions = {},
): Promise<Convergence & { result: NdArray<FloatArray> }> {
  const { preconditioned = false, ...iteration } = options;
  const result = pack(realView(data));
  const { shape } = result;
  const known = flagsOf(mask, shape);
  if (!known.includes(1))
    throw new HelixError(
      "option",
      `at least one sample must be known; the mask of shape ${formatShape(shape)} is 0 everywhere`,
      { actual: 0 },
    );
  const missing = Int32Array.from(known.keys()).filter((t) => known[t] === 0);
  const start = allocate(shape, "float64", "the known samples");
  known.forEach((flag, t) => {
    const value = result.data[t] as number;
    if (flag && !Number.isFinite(value))
      throw new HelixError("option", `known samples must be finite; sample ${t} is ${value}; mask it`, {
        actual: value,
      });
    start.data[t] = flag ? value : 0;
  });
  const array = (values: Float64Array): NdArray<Float64Array> => ({ data: values, shape });
  const numbers = (found: NdArray<FloatArray>) => found.data as Float64Array;
  const places = preconditioned ? Int32Array.from(known.keys()).filter((t) => known[t] === 1) : missing;
  const cut = (x: Float64Array) => Float64Array.from(places, (t) => x[t] as number);
  const spread = (values: Float64Array) => {
    const x = new Float64Array(known.length);
    places.forEach((t, k) => {
      x[t] = values[k] as number;
    });
    return x;
  };
  const inside = { mask: outputMask(filter, shape) };
  const { x, ...convergence } = preconditioned
    ? await conjugateGradients(
        {
          unknowns: known.length,
          right: cut(start.data as Float64Array),
          forward: (p) => cut(numbers(divide(filter, array(p)))),
          adjoint: (r) => numbers(divideAdjoint(filter, array(spread(r)))),
        },
        iteration,
      )
    : await conjugateGradients(
        {
          unknowns: missing.length,
          right: numbers(apply(filter, start, inside)).map((value) => -value),
          forward: (m) => numbers(apply(filter, array(spread(m)), inside)),
          adjoint: (r) => cut(numbers(applyAdjoint(filter, array(r), inside))),
        },
        iteration,
      );
  const filled = preconditioned ? numbers(divide(filter, array(x))) : spread(x);
  for (const t of missing) result.data[t] = filled[t] as number;
  return { result, ...convergence };
}
