// NumPy's .npy files: one array each, a header (npyHeader.ts) and then the elements.
import { formatShape, HelixError } from "../errors.js";
import {
  copyElements,
  type Dtype,
  isRowMajor,
  type NdArray,
  type RealArray,
  rowMajor,
  show,
  type View,
  viewOf,
} from "../ndarray.js";
import { MAX_RANK, malformed, type NpyVersion, readHeader, writeHeader } from "./npyHeader.js";

export type { RealArray, View } from "../ndarray.js";

export interface NpyOptions {
  /** Order of the elements in the file: row-major "C" (the default) or column-major "F". */
  order?: "C" | "F";
  /** Default "little". */
  endian?: Endian;
  /** Version of the format; default 1, which every reader knows. */
  version?: NpyVersion;
}

type Endian = "little" | "big";

/** How elements of a dtype lie in a file: `parts` numbers each. */
interface ElementFormat {
  dtype: Dtype;
  parts: 1 | 2;
  array: NumbersClass;
}

interface NumbersClass {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): RealArray;
}

const formats: Record<string, ElementFormat> = {
  i1: { dtype: "int8", parts: 1, array: Int8Array },
  u1: { dtype: "uint8", parts: 1, array: Uint8Array },
  i2: { dtype: "int16", parts: 1, array: Int16Array },
  u2: { dtype: "uint16", parts: 1, array: Uint16Array },
  i4: { dtype: "int32", parts: 1, array: Int32Array },
  u4: { dtype: "uint32", parts: 1, array: Uint32Array },
  // Its bits: few engines have a Float16Array.
  f2: { dtype: "float16", parts: 1, array: Uint16Array },
  f4: { dtype: "float32", parts: 1, array: Float32Array },
  f8: { dtype: "float64", parts: 1, array: Float64Array },
  c8: { dtype: "complex64", parts: 2, array: Float32Array },
  c16: { dtype: "complex128", parts: 2, array: Float64Array },
};

const hostEndian: Endian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? "little" : "big";

/**
 * Reads a .npy file. Takes integers of 8 to 32 bits, float16 (which becomes float32), float32, float64, complex64 and
 * complex128, in either byte order; Fortran order becomes strides. Nothing is copied where the file's bytes can be used
 * as they are, so the result may share memory with `bytes`. A file of rank 0 has shape [].
 *
 * @throws HelixError "format" if this is not one whole, well-formed file; "dtype" for other elements. Never unpickles.
 * @example
 * const image = decodeNpy(new Uint8Array(await (await fetch("image.npy")).arrayBuffer()));
 * const blurred = await convolve(image, kernel, { mode: "same" });
 */
export function decodeNpy(bytes: Uint8Array): View<RealArray> {
  if (!(bytes instanceof Uint8Array)) {
    const remedy = "wrap an ArrayBuffer as new Uint8Array(buffer)";
    throw malformed("decodeNpy needs a Uint8Array", Object.prototype.toString.call(bytes), { remedy });
  }
  const { header, start } = readHeader(bytes);
  const { descr, fortran_order, shape } = header;
  const { format, endian } = formatOf(descr);
  const numbers = sizeOfShape(shape) * format.parts;
  const expected = numbers * format.array.BYTES_PER_ELEMENT;
  const actual = bytes.length - start;
  if (actual !== expected) {
    const rule = `shape ${formatShape(shape)} of '${descr}' needs ${expected} bytes after the header`;
    const remedy = actual < expected ? "the file was cut off; write it again" : "keep one array in each file";
    throw malformed(rule, String(actual), { remedy, expected, actual });
  }
  const data = numbersOf(bytes.subarray(start), format.array, numbers, endian);
  const isHalf = format.dtype === "float16";
  return {
    data: isHalf ? Float32Array.from(data, floatOfHalf) : data,
    dtype: isHalf ? "float32" : format.dtype,
    shape,
    stride: fortran_order ? columnMajor(shape) : rowMajor(shape),
    offset: 0,
  };
}

/**
 * Writes an array, strided or not, as a .npy file; complex arrays need their `dtype`.
 *
 * @throws HelixError "shape" or "dtype" if it is no such array, "option", or "out-of-memory"
 * @example
 * await writeFile("blurred.npy", encodeNpy(blurred));
 */
export function encodeNpy(array: NdArray, options: NpyOptions = {}): Uint8Array {
  const { order = "C", endian = "little", version = 1 } = options;
  checkOption("order", ["C", "F"], order);
  checkOption("endian", ["little", "big"], endian);
  checkOption("version", [1, 2, 3], version);
  const view = viewOf(array, "array");
  const { shape, dtype } = view;
  if (shape.length > MAX_RANK) {
    const rule = `a .npy file may have at most ${MAX_RANK} axes, as NumPy's arrays`;
    throw new HelixError("shape", `${rule}; got ${shape.length}; reshape the array`, {
      expected: MAX_RANK,
      actual: shape.length,
    });
  }
  const [code, format] = Object.entries(formats).find(([, known]) => known.dtype === dtype) as [string, ElementFormat];
  const unit = format.array.BYTES_PER_ELEMENT;
  const sign = unit === 1 ? "|" : endian === "little" ? "<" : ">";
  const head = writeHeader({ descr: sign + code, fortran_order: order === "F", shape: [...shape] }, version);
  const numbers = shape.reduce((product, n) => product * n, format.parts);
  const bytes = allocateFile(head.length + numbers * unit);
  bytes.set(head);

  const target = new format.array(bytes.buffer, head.length, numbers);
  const data = dtype === "float16" ? bitsOf(view.data) : view.data;
  if (order === "C" && isRowMajor(view) && data.length === numbers) target.set(data);
  else {
    const stride = order === "F" ? columnMajor(shape) : rowMajor(shape);
    copyElements({ ...view, data }, { data: target, dtype, shape, stride, offset: 0 });
  }
  if (endian !== hostEndian) swapBytes(bytes.subarray(head.length), unit);
  return bytes;
}

function formatOf(descr: string): { format: ElementFormat; endian: Endian } {
  const [, sign, code = ""] = /^([<>=|])([a-z][0-9]+)$/.exec(descr) ?? [];
  const format = formats[code];
  if (format && (sign !== "|" || format.array.BYTES_PER_ELEMENT === 1))
    return { format, endian: sign === "<" ? "little" : sign === ">" ? "big" : hostEndian };
  const [, name, remedy] = refused.find(([pattern]) => pattern.test(descr)) ?? [
    /$/,
    `dtype ${JSON.stringify(show(descr))}`,
    TO_FLOAT,
  ];
  throw new HelixError("dtype", `${name} is not supported; ${remedy}`, {
    expected: Object.keys(formats),
    actual: descr,
  });
}

const TO_FLOAT = "save it with a.astype('float64')";

/** Dtypes of NumPy that are not read, what NumPy calls them, and what to save instead. */
const refused: [RegExp, string, string][] = [
  [/^[<>=]i8$/, "int64", "save it with a.astype('int32') or a.astype('float64')"],
  [/^[<>=]u8$/, "uint64", "save it with a.astype('uint32') or a.astype('float64')"],
  [/^\|b1$/, "bool", "save it with a.astype('uint8')"],
  [/^[<>=]f(12|16)$/, "longdouble", TO_FLOAT],
  [/^[<>=]c(24|32)$/, "clongdouble", "save it with a.astype('complex128')"],
  [/^[<>=]M8/, "datetime64", TO_FLOAT],
  [/^[<>=]m8/, "timedelta64", TO_FLOAT],
  [/^\|O/, "object (pickled Python)", TO_FLOAT],
  [/^[<>=|][SaU]/, "text", "if it holds numbers, save it with a.astype('float64')"],
  [/^\|V/, "void", "save its bytes with a.view('uint8')"],
];

function sizeOfShape(shape: readonly number[]): number {
  if (shape.length > MAX_RANK) throw malformed(`shape may have at most ${MAX_RANK} axes`, String(shape.length));
  const size = shape.reduce((product, n) => product * n, 1);
  if (size <= Number.MAX_SAFE_INTEGER) return size;
  throw malformed("an array may have at most 2^53 - 1 elements", `shape ${formatShape(shape)}`, { actual: shape });
}

/** The numbers as a typed array: over the bytes themselves, or over a copy if byte order or alignment ask for one. */
function numbersOf(bytes: Uint8Array, numbers: NumbersClass, length: number, endian: Endian): RealArray {
  const unit = numbers.BYTES_PER_ELEMENT;
  const isForeign = unit > 1 && endian !== hostEndian;
  if (!isForeign && bytes.byteOffset % unit === 0) return new numbers(bytes.buffer, bytes.byteOffset, length);
  const copy = new Uint8Array(bytes);
  if (isForeign) swapBytes(copy, unit);
  return new numbers(copy.buffer, 0, length);
}

/** Reverses the bytes of every number. */
function swapBytes(bytes: Uint8Array, unit: number): void {
  for (let start = 0; start < bytes.length; start += unit)
    for (let i = start, j = start + unit - 1; i < j; i++, j--) {
      const byte = bytes[i] as number;
      bytes[i] = bytes[j] as number;
      bytes[j] = byte;
    }
}

/** The value of an IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. */
function floatOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent ? (1024 + fraction) * 2 ** (exponent - 25) : fraction * 2 ** -24);
}

/** What a Float16Array has in memory. */
function bitsOf(data: ArrayLike<number>): Uint16Array {
  const { buffer, byteOffset, length } = data as Uint16Array;
  return new Uint16Array(buffer, byteOffset, length);
}

/** Strides in elements, the first axis fastest. */
const columnMajor = (shape: readonly number[]): number[] => rowMajor([...shape].reverse()).reverse();

function allocateFile(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    const message = `the file needs ${length} bytes, more than this engine allows; split the array along an axis`;
    throw new HelixError("out-of-memory", message, { actual: length, cause });
  }
}

function checkOption(name: string, allowed: readonly unknown[], value: unknown): void {
  if (allowed.includes(value)) return;
  const rule = allowed.map((one) => JSON.stringify(one)).join(", ");
  throw new HelixError("option", `${name} must be one of ${rule}; got ${JSON.stringify(value)}`, {
    expected: allowed,
    actual: value,
  });
}
