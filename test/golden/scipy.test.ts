// convolve and correlate give what SciPy gives: scipy.json holds the cases, which make_scipy.py computed. The tests are one case each,
// on every backend and by every method.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { type ConvolutionOptions, convolve, correlate, type Mode, type NdArray } from "../../src/index.js";
import golden from "./scipy.json";

/** Row-major; complex numbers as interleaved pairs. */
interface GoldenArray {
  dtype: string;
  shape: number[];
  data: number[];
}

interface GoldenCase {
  name: string;
  source: string;
  operation: "convolve" | "correlate";
  mode: Mode;
  axes: number[] | null;
  signal: GoldenArray;
  kernel: GoldenArray;
  result: GoldenArray;
}

const cases = golden.cases as GoldenCase[];
const backends = ["js", "wasm"] as const;
const methods = ["direct", "fft"] as const;
const operations = { convolve, correlate };

/** The largest |y - y64|_2 / | |x| * |w| |_2, for each dtype of a result (DESIGN.md, Accuracy). Integers are exact. */
const bounds = new Map([
  ["float32", 5e-7],
  ["complex64", 5e-7],
  ["float64", 1e-14],
  ["complex128", 1e-14],
]);

const storage = new Map<string, { from(values: number[]): NdArray["data"] }>([
  ["uint8", Uint8Array],
  ["int16", Int16Array],
  ["int32", Int32Array],
  ["float32", Float32Array],
  ["complex64", Float32Array],
  ["float64", Float64Array],
  ["complex128", Float64Array],
]);

const test = suite("golden cases from SciPy");

test("the cases cover ranks 1 to 6, every mode of both operations, every dtype, and negative axes", () => {
  const covered = new Set(
    cases.flatMap(({ operation, mode, axes, signal, kernel, result }) => [
      `rank ${signal.shape.length}`,
      `${operation} ${mode}`,
      `signal ${signal.dtype}`,
      `kernel ${kernel.dtype}`,
      `result ${result.dtype}`,
      ...(axes ?? []).map((axis) => `axis ${axis}`),
    ]),
  );
  const wanted = [
    ...[1, 2, 3, 4, 5, 6].map((rank) => `rank ${rank}`),
    ...Object.keys(operations).flatMap((operation) => ["full", "same", "valid"].map((mode) => `${operation} ${mode}`)),
    ...[...storage.keys()].flatMap((dtype) => [`signal ${dtype}`, `kernel ${dtype}`]),
    ...[...bounds.keys()].map((dtype) => `result ${dtype}`),
    "axis -1",
  ];
  const missing = wanted.filter((feature) => !covered.has(feature));
  assert.equal(missing, []);
});

for (const one of cases) {
  test(`agrees with ${one.source}: ${titleOf(one)}`, async () => {
    const { operation, signal, kernel, result: expected } = one;
    const isExact = [signal, kernel].every(({ dtype }) => dtype.includes("int"));
    const bound = isExact ? 0 : bounds.get(expected.dtype);
    const scale = isExact ? 1 : await scaleOf(one);
    for (const backend of backends) {
      for (const method of methods) {
        const options = { ...optionsOf(one), backend, method };
        const actual = await operations[operation](arrayOf(signal), arrayOf(kernel), options);
        assert.equal(actual.shape, expected.shape, `shape from ${backend}, ${method}`);
        assert.is(actual.dtype, expected.dtype, `dtype from ${backend}, ${method}`);
        assert.is(actual.data.length, expected.data.length, `length from ${backend}, ${method}`);
        const error = norm(expected.data.map((value, i) => value - (actual.data[i] ?? Number.NaN))) / scale;
        assert.ok(bound !== undefined && error <= bound, `${backend}, ${method}: error ${error}, allowed ${bound}`);
      }
    }
  });
}

test.run();

function titleOf({ name, operation, mode, axes, signal, kernel }: GoldenCase): string {
  const [x, w] = [signal, kernel].map(({ dtype, shape }) => `${dtype} (${shape.join(", ")})`);
  return `${name}, ${operation} ${mode} of ${x} with ${w}${axes ? ` over axes ${axes.join(", ")}` : ""}`;
}

function optionsOf({ mode, axes }: GoldenCase): ConvolutionOptions {
  return axes ? { mode, axes } : { mode };
}

function arrayOf({ dtype, shape, data }: GoldenArray): NdArray {
  const Storage = storage.get(dtype);
  if (Storage === undefined) throw new Error(`no typed array holds ${dtype}`);
  return { data: Storage.from(data), shape, dtype };
}

/** | |x| * |w| |_2 over the same window, by direct sums in float64: what rounding errors are measured against. */
async function scaleOf(one: GoldenCase): Promise<number> {
  const options = { ...optionsOf(one), backend: "js", method: "direct" } as const;
  const { data } = await operations[one.operation](magnitudes(one.signal), magnitudes(one.kernel), options);
  return norm(data);
}

function magnitudes({ dtype, shape, data }: GoldenArray): NdArray {
  if (!dtype.startsWith("complex")) return { data: data.map(Math.abs), shape };
  return { data: Array.from({ length: data.length / 2 }, (_, i) => norm(data.slice(2 * i, 2 * i + 2))), shape };
}

function norm(values: ArrayLike<number>): number {
  return Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));
}
