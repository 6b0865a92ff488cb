// A filter applied, its adjoint, and the division that undoes each.
import type { BackendName } from "../backends/backend.js";
import { backendOf } from "../dispatch/registry.js";
import { HelixError } from "../errors.js";
import {
  allocate,
  copyElements,
  type Dtype,
  type FloatArray,
  floatDtype,
  isComplex,
  isFiniteView,
  isRowMajor,
  type NdArray,
  show,
  sizeOf,
  type View,
  viewOf,
} from "../ndarray.js";
import type { FilterPlan } from "../plan/filter.js";
import { filteredAxes, type HelixFilter, isComplexFilter, readFilter, tapsOf } from "./filter.js";
import { flagsOf } from "./mask.js";

export interface FilterOptions {
  /** Default "auto": "wasm", where there is WebAssembly. */
  backend?: "auto" | "wasm" | "js";
  /** The most threads, for data of several strips; default as many as the machine runs at once. The result does not depend on it. */
  threads?: number;
}

export interface ApplyOptions extends FilterOptions {
  /** Outputs to be computed, of the data's shape (see `outputMask`): where it is 0 they are 0, and the adjoint reads nothing there. */
  mask?: NdArray;
}

/**
 * y[t] = a0 (x[t] + Σ a_j x[t - lag_j]) on the helix of the data, each row going on from the one before, with zeros before the first.
 *
 * A filter of lower rank than the data winds the last axes, and the others are a batch of strips, each by itself. float32 gives float32, integers
 * float64; a filter with imaginary parts gives complex numbers.
 *
 * @throws HelixError "shape", "dtype", "option" or "format"
 * @example
 * const edges = apply({ a0: 1, offsets: [[0, 1]], coefficients: [-1] }, { data: image, shape: [480, 640] });
 */
export function apply(filter: HelixFilter, data: NdArray, options: ApplyOptions = {}): NdArray<FloatArray> {
  const result = filterStrips("apply", false, filter, viewOf(data, "data"), options);
  if (options.mask) clearUnmasked(result, flagsOf(options.mask, result.shape));
  return result;
}

/** The adjoint of `apply`: x[t] = a0 (y[t] + Σ conj(a_j) y[t + lag_j]). */
export function applyAdjoint(filter: HelixFilter, data: NdArray, options: ApplyOptions = {}): NdArray<FloatArray> {
  let view: View = viewOf(data, "data");
  if (options.mask) {
    const masked = pack(view);
    clearUnmasked(masked, flagsOf(options.mask, view.shape));
    view = masked;
  }
  return filterStrips("apply", true, filter, view, options);
}

/**
 * Undoes `apply`: y[t] = x[t] / a0 - Σ a_j y[t - lag_j]. The filter must be of minimum phase, as what `wilsonBurg` and `kolmogoroff` give, or
 * the recursion blows up: if results outgrow the data by 1 / eps², or what numbers can hold, it is an error of code "option".
 *
 * @throws HelixError as `apply`
 */
export function divide(filter: HelixFilter, data: NdArray, options: FilterOptions = {}): NdArray<FloatArray> {
  return filterStrips("divide", false, filter, viewOf(data, "data"), options);
}

/** Undoes `applyAdjoint`, from the end of the data backwards. */
export function divideAdjoint(filter: HelixFilter, data: NdArray, options: FilterOptions = {}): NdArray<FloatArray> {
  return filterStrips("divide", true, filter, viewOf(data, "data"), options);
}

function filterStrips(
  kind: FilterPlan["kind"],
  adjoint: boolean,
  given: HelixFilter,
  data: View,
  options: ApplyOptions,
): View<FloatArray> {
  checkOptions(options, kind === "apply");
  const filter = readFilter(given);
  const taps = tapsOf(filter, data.shape);
  const dtype = resultDtype(data.dtype, isComplexFilter(filter));
  const length = sizeOf(filteredAxes(filter.offsets, data.shape), "data");
  const backend = backendOf(backendNameOf(options));
  const plan: FilterPlan = {
    kind,
    adjoint,
    precision: dtype === "float32" || dtype === "complex64" ? "f32" : "f64",
    field: isComplex(dtype) ? "complex" : "real",
    strips: sizeOf(data.shape, "data") / length,
    length,
    a0: filter.a0,
    taps,
    threads: options.threads ?? backend.describe().threads,
  };
  const x = isRowMajor(data) ? data : pack(data);
  const y = allocate(data.shape, dtype, "the result");
  const peak = backend.filterSync?.(plan.strips > 1 ? plan : { ...plan, threads: 1 }, x, y) ?? 0;
  if (kind === "divide") checkGrowth(peak, plan, x);
  // Where real and imaginary parts are one strip, weights of 0 meet numbers that the definition does not.
  else if (isComplexFilter(filter) && !isFiniteView(y)) backendOf("js").filterSync?.(plan, x, y);
  return y;
}

const resultDtype = (dtype: Dtype, complex: boolean): Dtype => {
  const found = floatDtype(dtype);
  if (!complex || isComplex(found)) return found;
  return found === "float32" ? "complex64" : "complex128";
};

function backendNameOf({ backend = "auto" }: FilterOptions): BackendName {
  return backend !== "auto" ? backend : backendOf("wasm").describe().available ? "wasm" : "js";
}

/** The unit roundoff of float32 and float64. */
const eps = { f32: 2 ** -24, f64: 2 ** -53 };

/** What outgrows the data by 1 / eps² holds none of its digits. */
function checkGrowth(peak: number, { precision, a0 }: FilterPlan, x: View): void {
  const growth = eps[precision] ** -2 / Math.abs(a0);
  const largest = largestOf(x, peak / growth);
  if (peak <= growth * largest) return;
  if (!Number.isFinite(largest))
    throw new HelixError("option", "data to be divided must be finite; fill what is missing first (fillMissing)", {
      actual: largest,
    });
  throw new HelixError(
    "option",
    `a filter to divide by must be of minimum phase; dividing data of at most ${largest} by this one gave ${peak}: the recursion blew up; make one with wilsonBurg or kolmogoroff from its autocorrelation, or shrink its coefficients`,
    { expected: growth * largest, actual: peak },
  );
}

/** The largest part of a number, NaN if one is; or the first that is large enough. */
function largestOf(x: View, enough: number): number {
  const parts = isComplex(x.dtype) ? 2 : 1;
  const first = parts * x.offset;
  const end = first + parts * sizeOf(x.shape, "data");
  let largest = 0;
  for (let i = first; i < end && !(largest >= enough); i++) largest = Math.max(largest, Math.abs(x.data[i] as number));
  return largest;
}

/** A copy without gaps, as results are stored. */
export function pack(view: View): View<FloatArray> {
  const packed = allocate(view.shape, floatDtype(view.dtype), "a packed copy of the data");
  copyElements(view, packed);
  return packed;
}

/** data ← 0 where flags are 0. */
export function clearUnmasked({ data, dtype }: View<FloatArray>, flags: Uint8Array): void {
  const parts = isComplex(dtype) ? 2 : 1;
  for (let i = 0; i < flags.length; i++) if (flags[i] === 0) data.fill(0, parts * i, parts * (i + 1));
}

function checkOptions(options: ApplyOptions, masked: boolean): void {
  const names = ["backend", "threads", ...(masked ? ["mask"] : [])];
  for (const name of Object.keys(options))
    if (!names.includes(name))
      throw new HelixError("option", `options are ${names.join(", ")}; got "${name}"`, {
        expected: names,
        actual: name,
      });
  const { backend, threads } = options;
  if (backend !== undefined && !["auto", "wasm", "js"].includes(backend))
    throw new HelixError("option", `backend must be "auto", "wasm" or "js" for filters; got ${show(backend)}`, {
      expected: ["auto", "wasm", "js"],
      actual: backend,
    });
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1))
    throw new HelixError("option", `threads must be a whole number, at least 1; got ${show(threads)}`, {
      actual: threads,
    });
}
