// Prediction-error filters: the a_j that minimise Σ |d[t] + Σ a_j d[t - lag_j]|² over the outputs that see only known samples inside the data
// (J. Claerbout, Image Estimation by Example, chapter 6). What remains is white: the filter holds the data's inverse spectrum.
import { HelixError } from "../errors.js";
import { isComplex, type NdArray, show, type View, viewOf } from "../ndarray.js";
import { pack } from "./apply.js";
import { type Convergence, conjugateGradients, type IterationOptions } from "./conjugateGradients.js";
import { type HelixFilter, lagsOf } from "./filter.js";
import { outputMask } from "./mask.js";

export interface PredictionOptions extends IterationOptions {
  /** Which samples are known, of the data's shape: where it is 0 they are not, and may be NaN. */
  mask?: NdArray;
}

/**
 * The offsets of a filter box of a shape: those of positive lag that lie behind the output along the first axis, and on both sides of it
 * along the others, so that (2, 3) has (0, 1), (1, -1), (1, 0) and (1, 1).
 */
export function boxOffsets(filterShape: readonly number[]): number[][] {
  const valid = filterShape.length > 0 && filterShape.every((n) => Number.isSafeInteger(n) && n > 0);
  if (!valid)
    throw new HelixError("shape", `a filter's shape must be whole numbers, at least 1; got ${show(filterShape)}`, {
      actual: filterShape,
    });
  const ranges = filterShape.map((n, d) => {
    const before = d === 0 ? 0 : Math.floor((n - 1) / 2);
    return Array.from({ length: n }, (_, i) => i - before);
  });
  const all = ranges.reduce<number[][]>((list, range) => list.flatMap((o) => range.map((i) => [...o, i])), [[]]);
  return all.filter((offset) => (offset.find((o) => o !== 0) ?? 0) > 0);
}

/**
 * The prediction-error filter of data on a box of a shape (`boxOffsets`), by conjugate gradients. Data must be real, of the filter's rank.
 *
 * @throws HelixError "shape", "dtype"; "option" where no output sees only known samples, or one that is known is not finite
 * @example
 * const { filter } = await predictionError(texture, [5, 5]);
 */
export async function predictionError(
  data: NdArray,
  filterShape: readonly number[],
  options: PredictionOptions = {},
): Promise<Convergence & { filter: HelixFilter }> {
  const { mask, ...iteration } = options;
  const view = realView(data);
  const offsets = boxOffsets(filterShape);
  if (filterShape.length !== view.shape.length || offsets.length === 0)
    throw new HelixError(
      "shape",
      `the filter's shape must have the data's rank ${view.shape.length}, and more than one sample; got ${show(filterShape)}`,
      { expected: view.shape.length, actual: [...filterShape] },
    );
  const lags = lagsOf(offsets, view.shape);
  const { data: flags } = outputMask({ offsets }, view.shape, mask);
  const outputs = Int32Array.from(flags.keys()).filter((t) => flags[t] === 1);
  if (outputs.length === 0)
    throw new HelixError(
      "option",
      `a filter of shape (${filterShape.join(", ")}) must fit at least once where all samples are known; it fits nowhere in this data; take a smaller one, or fill the data first`,
      { actual: 0 },
    );
  const { data: d } = pack(view);
  for (const t of outputs)
    if (!Number.isFinite(d[t]))
      throw new HelixError("option", `known samples must be finite; sample ${t} is ${d[t]}; mask it`, { actual: d[t] });
  const { x, ...convergence } = await conjugateGradients(
    {
      unknowns: lags.length,
      right: Float64Array.from(outputs, (t) => -(d[t] as number)),
      forward: (a) =>
        Float64Array.from(outputs, (t) => a.reduce((sum, c, j) => sum + c * (d[t - (lags[j] as number)] as number), 0)),
      adjoint: (r) =>
        Float64Array.from(lags, (lag) =>
          outputs.reduce((sum, t, k) => sum + (r[k] as number) * (d[t - lag] as number), 0),
        ),
    },
    iteration,
  );
  return { filter: { a0: 1, offsets, coefficients: [...x] }, ...convergence };
}

export function realView(data: NdArray): View {
  const view = viewOf(data, "data");
  if (!isComplex(view.dtype)) return view;
  throw new HelixError(
    "dtype",
    `data must be real here; it is ${view.dtype}; take real and imaginary parts by themselves`,
    { actual: view.dtype },
  );
}
