// N-dimensional arrays: element [i0, …] is data[offset + Σ stride_d i_d]. Strides and offsets count elements; one complex
// number, stored as two interleaved reals, is one element.
import { formatShape, HelixError } from "./errors.js";

export type RealArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** What results are stored in: float32 and complex64, or float64 and complex128. */
export type FloatArray = Float32Array | Float64Array;

export type Dtype =
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "float16"
  | "float32"
  | "float64"
  | "complex64"
  | "complex128";

/**
 * An array of any rank. Without `stride` it is row-major; `stride` may be negative or zero, so slices, transposes and
 * reversals need no copy. `dtype` is read off `data`, and needed only for complex numbers (`"complex64"` in a
 * Float32Array, `"complex128"` in a Float64Array). A plain `number[]` is float64. scijs ndarrays and zarrita chunks fit as they are.
 */
export interface NdArray<D extends ArrayLike<number> = ArrayLike<number>> {
  data: D;
  shape: readonly number[];
  dtype?: string;
  stride?: readonly number[];
  offset?: number;
}

/** An array whose fields are all there and have been checked. */
export interface View<D extends ArrayLike<number> = ArrayLike<number>> extends NdArray<D> {
  dtype: Dtype;
  stride: readonly number[];
  offset: number;
}

const dtypeOfClass: Record<string, Dtype> = {
  Int8Array: "int8",
  Uint8Array: "uint8",
  Uint8ClampedArray: "uint8",
  Buffer: "uint8",
  Int16Array: "int16",
  Uint16Array: "uint16",
  Int32Array: "int32",
  Uint32Array: "uint32",
  Float16Array: "float16",
  Float32Array: "float32",
  Float64Array: "float64",
  Array: "float64",
};

/** Names that other array libraries give to what `data` already says. */
const foreignNames = new Set(["array", "generic", "buffer", "uint8_clamped"]);

export function isComplex(dtype: Dtype): boolean {
  return dtype === "complex64" || dtype === "complex128";
}

export function isInteger(dtype: Dtype): boolean {
  return dtype.startsWith("int") || dtype.startsWith("uint");
}

/** What numbers of a type are stored as in a result or a copy: float16 as float32, integers as float64. */
export function floatDtype(dtype: Dtype): Dtype {
  if (isComplex(dtype)) return dtype;
  return dtype === "float32" || dtype === "float16" ? "float32" : "float64";
}

/** The number of elements of a shape; more than 2^53 cannot be counted, and is an error. */
export function sizeOf(shape: readonly number[], name: string): number {
  const size = shape.reduce((product, n) => product * n, 1);
  if (size <= Number.MAX_SAFE_INTEGER) return size;
  throw new HelixError(
    "shape",
    `${name} may have at most 2^53 elements; shape ${formatShape(shape)} has more; split it`,
    {
      expected: Number.MAX_SAFE_INTEGER,
      actual: [...shape],
    },
  );
}

/** Row-major strides, in elements. */
export function rowMajor(shape: readonly number[]): number[] {
  const stride = new Array<number>(shape.length);
  for (let d = shape.length - 1, s = 1; d >= 0; d--) {
    stride[d] = s;
    s *= shape[d] as number;
  }
  return stride;
}

/** Throws unless a shape has at least one axis and every axis at least one element. */
export function checkShape(shape: unknown, name: string): asserts shape is readonly number[] {
  const valid = Array.isArray(shape) && shape.every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!valid)
    throw new HelixError("shape", `${name}.shape must be an array of whole numbers; got ${show(shape)}`, {
      actual: shape,
    });
  if (shape.length === 0)
    throw new HelixError("shape", `${name} must have at least one axis; its shape is (); wrap a scalar as shape (1)`, {
      actual: shape,
    });
  const empty = shape.indexOf(0);
  if (empty >= 0)
    throw new HelixError(
      "shape",
      `every axis of ${name} must have at least one element; axis ${empty} of shape ${formatShape(shape)} has none`,
      { actual: shape },
    );
}

/** Checks an array that a caller gave and fills in its defaults; `name` is what messages call it. */
export function viewOf<D extends ArrayLike<number>>(array: NdArray<D>, name: string): View<D> {
  if (typeof array !== "object" || array === null)
    throw new HelixError("shape", `${name} must be an array like { data, shape }; got ${show(array)}`, {
      actual: array,
    });
  const { data, shape } = array;
  const dtype = dtypeOf(array, name);
  checkShape(shape, name);
  const size = sizeOf(shape, name);
  const length = isComplex(dtype) ? data.length / 2 : data.length;
  const dense = array.stride === undefined && !array.offset;
  if (dense && length !== size)
    throw new HelixError(
      "shape",
      `${name}.data must hold one ${isComplex(dtype) ? "pair of reals" : "number"} for each of the ${size} elements of shape ${formatShape(shape)}; it holds ${length}`,
      { expected: size, actual: length },
    );
  const stride = array.stride ?? rowMajor(shape);
  const offset = array.offset ?? 0;
  if (stride.length !== shape.length || !stride.every(Number.isSafeInteger) || !Number.isSafeInteger(offset))
    throw new HelixError(
      "shape",
      `${name} needs one whole stride for each of its ${shape.length} axes, and a whole offset; got stride ${formatShape(stride)}, offset ${offset}`,
      { expected: shape.length, actual: [...stride] },
    );
  const view = { data, dtype, shape: [...shape], stride: [...stride], offset };
  const { first, last } = rangeOf(view);
  if (first < 0 || last >= length)
    throw new HelixError(
      "shape",
      `${name} reaches from element ${first} to ${last}, but its data has elements 0 to ${length - 1}; check shape ${formatShape(shape)}, stride ${formatShape(stride)} and offset ${offset}`,
      { expected: [0, length - 1], actual: [first, last] },
    );
  return view;
}

function dtypeOf(array: NdArray, name: string): Dtype {
  const found = array.data && dtypeOfClass[array.data.constructor?.name];
  if (!found)
    throw new HelixError(
      "dtype",
      `${name}.data must be a typed array of 8- to 32-bit integers or of floats, or number[]; got ${array.data?.constructor?.name ?? show(array.data)}; convert it, for example with Float64Array.from(data, Number)`,
      { actual: array.data?.constructor?.name },
    );
  const { dtype } = array;
  if (dtype === undefined || dtype === found || foreignNames.has(dtype)) return found;
  if (dtype === "complex64" && found === "float32") return dtype;
  if (dtype === "complex128" && found === "float64") return dtype;
  throw new HelixError(
    "dtype",
    `${name}.dtype must agree with its data, which is ${found}; got "${dtype}"; complex64 goes with Float32Array, complex128 with Float64Array, and others may be left out`,
    { expected: found, actual: dtype },
  );
}

/** The first and last element that a view touches. */
export function rangeOf({ shape, stride, offset }: Pick<View, "shape" | "stride" | "offset">): {
  first: number;
  last: number;
} {
  let first = offset;
  let last = offset;
  shape.forEach((n, d) => {
    const reach = (stride[d] as number) * (n - 1);
    if (reach < 0) first += reach;
    else last += reach;
  });
  return { first, last };
}

/** Whether the elements lie in row-major order without gaps. */
export function isRowMajor({ shape, stride }: View): boolean {
  const dense = rowMajor(shape);
  return shape.every((n, d) => n === 1 || stride[d] === dense[d]);
}

/** Whether every number of a view is finite. */
export function isFiniteView(view: View): boolean {
  if (!isRowMajor(view)) {
    const packed = allocate(view.shape, isComplex(view.dtype) ? "complex128" : "float64", "a copy of the array");
    copyElements(view, packed);
    return isFiniteView(packed);
  }
  const parts = isComplex(view.dtype) ? 2 : 1;
  const first = parts * view.offset;
  const end = first + view.shape.reduce((product, n) => product * n, parts);
  for (let i = first; i < end; i++) if (!Number.isFinite(view.data[i])) return false;
  return true;
}

/** The view reversed along some of its axes. */
export function flip<V extends View>(view: V, axes: readonly number[]): V {
  const stride = [...view.stride];
  let { offset } = view;
  for (const d of axes) {
    const step = stride[d] as number;
    offset += step * ((view.shape[d] as number) - 1);
    stride[d] = -step;
  }
  return { ...view, stride, offset };
}

/** A zero-filled row-major array. */
export function allocate(shape: readonly number[], dtype: Dtype, name: string): View<FloatArray> {
  const length = sizeOf(shape, name) * (isComplex(dtype) ? 2 : 1);
  try {
    const data = dtype === "float32" || dtype === "complex64" ? new Float32Array(length) : new Float64Array(length);
    return { data, dtype, shape: [...shape], stride: rowMajor(shape), offset: 0 };
  } catch (cause) {
    throw new HelixError(
      "out-of-memory",
      `${name} needs an array of ${length} numbers for shape ${formatShape(shape)}, more than this engine allows; split the problem along an axis`,
      { actual: length, cause },
    );
  }
}

/** Rows of so many numbers are copied by the engine's own means. */
const LONG = 32;

/** Copies the elements of one view over those of another of the same shape; both real, or both complex. */
export function copyElements(from: View, to: View<RealArray>): void {
  const parts = isComplex(from.dtype) ? 2 : 1;
  const last = from.shape.length - 1;
  const size = from.shape[last] as number;
  const isRow = (view: View) => size === 1 || view.stride[last] === 1;
  const source = size * parts >= LONG && isRow(from) && isRow(to) ? typedArrayOf(from) : undefined;
  const copy = (d: number, p: number, q: number): void => {
    if (d === last && source) {
      to.data.set(source.subarray(parts * p, parts * (p + size)), parts * q);
      return;
    }
    const n = from.shape[d] as number;
    const [step, targetStep] = [from.stride[d] as number, to.stride[d] as number];
    for (let i = 0; i < n; i++, p += step, q += targetStep) {
      if (d < last) copy(d + 1, p, q);
      else for (let part = 0; part < parts; part++) to.data[parts * q + part] = from.data[parts * p + part] as number;
    }
  };
  copy(0, from.offset, to.offset);
}

const typedArrayOf = ({ data }: View): RealArray | undefined =>
  ArrayBuffer.isView(data) ? (data as unknown as RealArray) : undefined;

/** How a value that should not be there is written in a message. */
export function show(value: unknown): string {
  const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
