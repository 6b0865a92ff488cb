import { suite } from "uvu";
import * as assert from "uvu/assert";
import { copyElements, isRowMajor, type NdArray, rangeOf, rowMajor, viewOf } from "../src/ndarray.js";
import { throwsHelixError } from "./throws.js";

const test = suite("ndarray");
const refuse = (array: unknown, code: "shape" | "dtype", message: RegExp) =>
  throwsHelixError(() => viewOf(array as NdArray, "signal"), code, message);

test("the dtype is read off the data", () => {
  const dtypes = [
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
  ].map((Class) => viewOf({ data: new Class(2), shape: [2] }, "signal").dtype);
  assert.equal(dtypes, ["int8", "uint8", "uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]);
  assert.is(viewOf({ data: [1, 2], shape: [2] }, "signal").dtype, "float64");
  // As Node's is, in browsers too.
  class Buffer extends Uint8Array {}
  assert.is(viewOf({ data: new Buffer([1, 2]), shape: [2] }, "signal").dtype, "uint8");
});

test("complex numbers are pairs, and one pair is one element", () => {
  const view = viewOf({ data: new Float32Array(12), shape: [2, 3], dtype: "complex64" }, "signal");
  assert.equal([view.dtype, view.stride, view.offset], ["complex64", [3, 1], 0]);
});

test("what other libraries call a dtype is taken as they mean it", () => {
  assert.is(viewOf({ data: [1], shape: [1], dtype: "array" }, "signal").dtype, "float64");
  assert.is(viewOf({ data: new Uint8ClampedArray(1), shape: [1], dtype: "uint8_clamped" }, "signal").dtype, "uint8");
});

test("a view's range covers negative, zero and gapped strides", () => {
  assert.equal(rangeOf({ shape: [3, 4, 5], stride: [-4, 0, 2], offset: 10 }), { first: 2, last: 18 });
  assert.equal(rowMajor([2, 3, 4]), [12, 4, 1]);
});

test("row-major is recognised, whatever the stride of an axis of one element", () => {
  assert.ok(isRowMajor(viewOf({ data: new Float32Array(6), shape: [2, 1, 3], stride: [3, 99, 1] }, "signal")));
  assert.not(isRowMajor(viewOf({ data: new Float32Array(6), shape: [2, 3], stride: [1, 2] }, "signal")));
});

test("elements are copied between layouts", () => {
  const to = viewOf(
    { data: new Float64Array(8), shape: [2, 2], dtype: "complex128", stride: [1, -2], offset: 2 },
    "out",
  );
  copyElements(
    viewOf({ data: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8), shape: [2, 2], dtype: "complex128" }, "signal"),
    to,
  );
  assert.equal([...to.data], [3, 4, 7, 8, 1, 2, 5, 6]);
});

test("an array without data, or that is none, is refused", async () => {
  await refuse(undefined, "shape", /signal must be an array like \{ data, shape \}; got undefined/);
  await refuse({ shape: [2] }, "dtype", /signal\.data must be a typed array/);
});

test("BigInt arrays are refused with the conversion to use", async () => {
  const error = await refuse(
    { data: new BigInt64Array(2), shape: [2] },
    "dtype",
    /got BigInt64Array; convert it, for example with Float64Array\.from/,
  );
  assert.is(error.actual, "BigInt64Array");
});

test("a dtype that contradicts the data is refused", async () => {
  await refuse(
    { data: new Float32Array(2), shape: [1], dtype: "complex128" },
    "dtype",
    /which is float32; got "complex128"/,
  );
  await refuse({ data: new Float32Array(2), shape: [2], dtype: "int64" }, "dtype", /got "int64"/);
});

test("the wrong amount of data for a shape is refused, with both numbers", async () => {
  const error = await refuse(
    { data: new Float32Array(5), shape: [2, 3] },
    "shape",
    /each of the 6 elements of shape \(2, 3\); it holds 5/,
  );
  assert.equal([error.expected, error.actual], [6, 5]);
  await refuse(
    { data: new Float32Array(6), shape: [2, 3], dtype: "complex64" },
    "shape",
    /pair of reals for each of the 6 elements.*holds 3/,
  );
});

test("scalars, empty axes and shapes that are none are refused", async () => {
  await refuse({ data: [1], shape: [] }, "shape", /at least one axis/);
  await refuse({ data: [], shape: [3, 0] }, "shape", /axis 1 of shape \(3, 0\) has none/);
  await refuse({ data: [], shape: [-1] }, "shape", /whole numbers/);
  await refuse({ data: [], shape: [1.5] }, "shape", /whole numbers/);
  await refuse({ data: [], shape: "3" }, "shape", /whole numbers; got 3/);
});

test("a shape whose product cannot be counted is refused", async () => {
  await refuse(
    { data: [1], shape: [2 ** 30, 2 ** 30] },
    "shape",
    /at most 2\^53 elements; shape \(1073741824, 1073741824\)/,
  );
});

test("strides that leave the data, or do not fit the rank, are refused", async () => {
  await refuse(
    { data: new Float32Array(6), shape: [2, 3], stride: [4, 1] },
    "shape",
    /reaches from element 0 to 6.*elements 0 to 5/,
  );
  await refuse({ data: new Float32Array(6), shape: [6], stride: [-1] }, "shape", /reaches from element -5 to 0/);
  await refuse(
    { data: new Float32Array(6), shape: [2, 3], stride: [1] },
    "shape",
    /one whole stride for each of its 2 axes/,
  );
});

test.run();
