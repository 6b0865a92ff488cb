// Which samples are known, and which outputs of a filter see only those.
import { formatShape, HelixError } from "../errors.js";
import { allocate, copyElements, isComplex, type NdArray, rowMajor, sizeOf, type View, viewOf } from "../ndarray.js";
import { filteredAxes, type HelixFilter, lagsOf } from "./filter.js";

/** One flag a sample, row-major, from an array of the data's shape of which what is not 0 counts. */
export function flagsOf(mask: NdArray, shape: readonly number[]): Uint8Array {
  const view = viewOf(mask, "mask");
  const same = view.shape.length === shape.length && view.shape.every((n, d) => n === shape[d]);
  if (!same)
    throw new HelixError(
      "shape",
      `mask must have the data's shape ${formatShape(shape)}; it has ${formatShape(view.shape)}`,
      { expected: [...shape], actual: [...view.shape] },
    );
  if (isComplex(view.dtype))
    throw new HelixError("dtype", `mask must hold real numbers, 0 or not; it is ${view.dtype}`, { actual: view.dtype });
  const flags = new Uint8Array(sizeOf(shape, "mask"));
  const packed: View<Uint8Array> = { data: flags, shape, dtype: "uint8", stride: rowMajor(shape), offset: 0 };
  const { data } = allocate(shape, "float64", "a copy of the mask");
  copyElements(view, { ...packed, data });
  for (let i = 0; i < flags.length; i++) flags[i] = data[i] === 0 ? 0 : 1;
  return flags;
}

/**
 * The outputs of a filter on data of a shape whose taps all lie inside the data, and see only samples that are known (all, without
 * `known`): 1 for these, 0 for others. Axes beyond the filter's are a batch.
 *
 * @throws HelixError "shape"
 * @example
 * const mask = outputMask(filter, data.shape, known);
 * const residual = apply(filter, data, { mask });
 */
export function outputMask(
  filter: Pick<HelixFilter, "offsets">,
  shape: readonly number[],
  known?: NdArray,
): NdArray<Uint8Array> {
  const { offsets } = filter;
  const axes = filteredAxes(offsets, shape);
  const lags = lagsOf(offsets, shape);
  const size = sizeOf(shape, "data");
  const flags = known && flagsOf(known, shape);
  const mask = flags?.slice() ?? new Uint8Array(size).fill(1);
  offsets.forEach((offset, j) => {
    const lag = lags[j] as number;
    forEachRow(axes, offset, size, (start, from, to, n) => {
      mask.fill(0, start, start + from);
      mask.fill(0, start + to, start + n);
      if (flags) for (let i = start + from; i < start + to; i++) if (flags[i - lag] === 0) mask[i] = 0;
    });
  });
  return { data: mask, shape: [...shape] };
}

/** Calls with each row of samples, and where in it samples begin and end whose tap lies inside. */
function forEachRow(
  axes: readonly number[],
  offset: readonly number[],
  size: number,
  visit: (start: number, from: number, to: number, n: number) => void,
): void {
  const last = axes.length - 1;
  const n = axes[last] as number;
  const inside = (i: number, o: number, m: number) => i - o >= 0 && i - o < m;
  const shift = offset[last] as number;
  const [from, to] = [Math.min(n, Math.max(0, shift)), Math.max(0, Math.min(n, n + shift))];
  for (let start = 0, row = 0; start < size; start += n, row++) {
    let rest = row;
    let isInside = true;
    for (let d = last - 1; d >= 0; d--) {
      const m = axes[d] as number;
      isInside &&= inside(rest % m, offset[d] as number, m);
      rest = Math.floor(rest / m);
    }
    if (isInside && from < to) visit(start, from, to, n);
    else visit(start, n, n, n);
  }
}
