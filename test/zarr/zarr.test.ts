// convolveZarr against convolve on the whole array: formats, chunk shapes, boundaries, kernels; interruption, faults and memory.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import * as zarr from "zarrita";
import { type BoundaryName, convolve, correlate, type Mode, type NdArray } from "../../src/index.js";
import { type ConvolveZarrOptions, convolveZarr, correlateZarr } from "../../src/zarr/index.js";
import { contents, leastMemory, numbers, type Store, stored, volume } from "./stored.js";

const test = suite("convolveZarr");

/** The largest difference, relative to the largest number. */
function difference(a: NdArray, b: NdArray): number {
  assert.equal(a.shape, b.shape);
  let most = 0;
  let largest = 0;
  for (let i = 0; i < a.data.length; i++) {
    const gap = Math.abs((a.data[i] as number) - (b.data[i] as number));
    most = Math.max(most, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap);
    largest = Math.max(largest, Math.abs(b.data[i] as number));
  }
  return most / largest;
}

const close = (a: NdArray, b: NdArray, label = "", bound = 2e-6) => {
  const found = difference(a, b);
  assert.ok(found <= bound, `${label}: off by ${found}`);
};

/** Compares with convolve: in one block, and in as many as there are chunks of the result. */
async function check(
  signal: NdArray & { shape: number[] },
  kernel: NdArray,
  chunks: number[],
  options: ConvolveZarrOptions,
  storage: Parameters<typeof stored>[2] = {},
  operation: "convolve" | "correlate" = "convolve",
): Promise<Store> {
  const { mode, axes, boundary, fillValue } = options;
  const given = Object.entries({ mode, axes, boundary, fillValue }).filter(([, value]) => value !== undefined);
  const expected = await { convolve, correlate }[operation](signal, kernel, Object.fromEntries(given));
  const call = { convolve: convolveZarr, correlate: correlateZarr }[operation];
  const input = await stored(signal, chunks, storage);
  let output: Store = new Map();
  for (const memory of [2 ** 30, await leastMemory(input, kernel, options)]) {
    output = new Map();
    const report = await call(input, kernel, zarr.root(output), { ...options, memory });
    const label = JSON.stringify([signal.shape, kernel.shape, chunks, options, memory]);
    close(await contents(output), expected, label);
    const inChunks = expected.shape.map((n, d) => Math.ceil(n / ((options.chunks ?? chunks)[d] as number)));
    if (memory < 2 ** 30) assert.is(report.blocks, volume(inChunks), label);
    assert.is(report.computed, report.blocks);
  }
  return output;
}

test("it is convolve, in every mode, on chunks that divide nothing", async () => {
  const signal = numbers([17, 23, 9]);
  for (const mode of ["full", "same", "valid"] as Mode[])
    for (const kernel of [numbers([3, 4, 2]), numbers([1, 1, 1]), numbers([5, 1, 9])])
      for (const chunks of [
        [5, 7, 4],
        [17, 23, 9],
        [1, 23, 2],
        [40, 3, 40],
      ])
        await check(signal, kernel, chunks, { mode });
});

test("every boundary goes on across chunks, for kernels larger than the signal too", async () => {
  const boundaries: BoundaryName[] = ["zero", "constant", "reflect", "symmetric", "edge", "wrap"];
  for (const boundary of boundaries)
    for (const kernel of [numbers([5, 6]), numbers([31, 3])])
      for (const mode of ["full", "same"] as Mode[])
        await check(numbers([14, 20]), kernel, [4, 6], { mode, boundary, fillValue: 0.5 });
});

test("a kernel may be larger than a chunk, and than the signal", async () => {
  await check(numbers([30, 30]), numbers([19, 25]), [4, 4], { mode: "same" });
  await check(numbers([10, 12]), numbers([25, 14]), [4, 4], { mode: "full" });
  await check(numbers([10, 12]), numbers([25, 14]), [4, 4], { mode: "valid" });
});

test("axes that are not convolved are broadcast, each block with its part of the kernel", async () => {
  await check(numbers([6, 20, 18]), numbers([3, 5]), [2, 7, 5], { mode: "same", axes: [1, 2] });
  await check(numbers([6, 20, 18]), numbers([6, 3, 5]), [2, 7, 5], { mode: "same", axes: [-2, -1] });
  await check(numbers([1, 20, 18]), numbers([7, 3, 5]), [1, 7, 5], { mode: "full", axes: [1, 2], chunks: [3, 8, 8] });
  await check(numbers([20, 6, 18]), numbers([5, 3]), [7, 2, 5], { mode: "same", axes: [2, 0] });
});

test("correlateZarr is correlate", async () => {
  await check(numbers([20, 22]), numbers([4, 5]), [6, 8], { mode: "same" }, {}, "correlate");
});

test("Zarr 2 and 3 are read and written, with codecs", async () => {
  const zstd = { name: "zstd", configuration: { level: 3 } };
  for (const format of [2, 3] as const)
    for (const codecs of [[], [zstd]]) {
      const output = await check(
        numbers([14, 15]),
        numbers([3, 3]),
        [4, 6],
        { mode: "same", format, codecs },
        {
          format,
          codecs,
        },
      );
      assert.is(output.has("/zarr.json"), format === 3);
      assert.is(output.has("/.zarray"), format === 2);
      const [first = new Uint8Array()] = [output.get("/0.0") ?? output.get("/c/0/0")];
      assert.is(first.length === 4 * 6 * 4, codecs.length === 0, "chunks are as large as their codecs make them");
    }
});

test("integers, and float64, are what they are in convolve", async () => {
  const kernel = numbers([3, 3], "int16");
  const output = await check(numbers([14, 15], "uint8"), kernel, [4, 6], { mode: "same" });
  const array = await zarr.open(output, { kind: "array" });
  assert.is(array.dtype, "float64");
  await check(numbers([14, 15], "float64"), numbers([3, 3]), [4, 6], { mode: "full" });
  await check(numbers([14, 15], "int16"), numbers([3, 3]), [4, 6], { mode: "full", boundary: "reflect" });
});

test("NaN reaches only the outputs that it meets", async () => {
  const signal = numbers([40, 40]);
  (signal.data as Float32Array)[13 * 40 + 21] = Number.NaN;
  const output: Store = new Map();
  const kernel = numbers([3, 3]);
  await convolveZarr(await stored(signal, [8, 8]), kernel, zarr.root(output), { mode: "same" });
  const { data } = await contents(output);
  assert.is(data.filter(Number.isNaN).length, 9);
});

test("a chunk that is missing holds the fill value", async () => {
  const store: Store = new Map();
  const signal = numbers([12, 12]);
  const input = await stored(signal, [4, 4], { store });
  store.delete("/c/1/1");
  for (let i = 4; i < 8; i++) for (let j = 4; j < 8; j++) (signal.data as Float32Array)[12 * i + j] = 0;
  const output: Store = new Map();
  const kernel = numbers([3, 3]);
  await convolveZarr(input, kernel, zarr.root(output), { mode: "same" });
  close(await contents(output), await convolve(signal, kernel, { mode: "same" }));
});

test.run();
