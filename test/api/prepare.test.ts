import { suite } from "uvu";
import * as assert from "uvu/assert";
import { convolveSync, correlateSync, type NdArray, prepare } from "../../src/index.js";
import { outerProduct } from "../products.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";

const test = suite("prepare");
const random = new Random(11);
const filled = (...shape: number[]): NdArray => ({
  data: Float32Array.from(random.reals(shape.reduce((n, m) => n * m, 1))),
  shape,
});
const ways = (["js", "wasm"] as const).flatMap((backend) =>
  (["direct", "fft"] as const).map((method) => ({ backend, method })),
);
const spec = { signal: { shape: [20, 30] } };

test("every run gives bit for bit what the one-shot call gives, sync and async, by every backend and method", async () => {
  for (const way of ways) {
    const kernel = filled(4, 5);
    const prepared = await prepare("correlate", spec, kernel, { mode: "same", ...way });
    for (let i = 0; i < 3; i++) {
      const signal = filled(20, 30);
      const expected = correlateSync(signal, kernel, { mode: "same", ...way });
      assert.equal(await prepared.run(signal), expected);
      assert.equal(prepared.runSync(signal), expected);
    }
    prepared.dispose();
  }
});

test("signals and results that lie differently in memory take turns, by every method", async () => {
  const gaussian = (n: number) => Array.from({ length: n }, (_, i) => Math.exp(-((i - 2) ** 2) / 3));
  const kernel = { data: Float32Array.from(outerProduct([gaussian(5), gaussian(4)], 1)), shape: [5, 4] };
  const data = Float32Array.from(random.reals(4 * 20 * 30));
  const layouts = [
    { stride: [30, 1], offset: 0 },
    { stride: [1, 20], offset: 7 },
    { stride: [-60, 2], offset: 19 * 60 },
  ];
  for (const method of ["direct", "fft", "separable"] as const)
    for (const threads of [1, 2]) {
      const options = { mode: "same", backend: "wasm", method, threads } as const;
      const prepared = await prepare("convolve", spec, kernel, options);
      for (let turn = 0; turn < 9; turn++) {
        const signal = { data, shape: [20, 30], ...layouts[turn % 3] } as NdArray<Float32Array>;
        const out = { data: new Float32Array(data.length), shape: [20, 30], ...layouts[(turn >> 1) % 3] };
        const expected = convolveSync(signal, kernel, options).data;
        prepared.runSync(signal, { out: out as NdArray<Float32Array> });
        const [row, column] = out.stride as [number, number];
        for (let i = 0; i < 600; i++) {
          const at = (out.offset as number) + Math.floor(i / 30) * row + (i % 30) * column;
          assert.is(out.data[at], expected[i], `${method}, ${threads} threads, turn ${turn}, ${i}`);
        }
      }
      prepared.dispose();
    }
});

test("runs that overlap in time queue, in order, and each is right", async () => {
  const kernel = filled(3, 3);
  const prepared = await prepare("convolve", spec, kernel, { backend: "wasm", method: "fft" });
  const signals = Array.from({ length: 8 }, () => filled(20, 30));
  const order: number[] = [];
  const results = await Promise.all(
    signals.map(async (signal, i) => {
      const result = await prepared.run(signal);
      order.push(i);
      return result;
    }),
  );
  assert.equal(order, [0, 1, 2, 3, 4, 5, 6, 7]);
  for (const [i, signal] of signals.entries())
    assert.equal(results[i], convolveSync(signal, kernel, { backend: "wasm", method: "fft" }));
  prepared.dispose();
});

test("setKernel replaces the kernel", async () => {
  const [signal, first, second] = [filled(20, 30), filled(4, 5), filled(4, 5)];
  for (const way of ways) {
    const prepared = await prepare("convolve", spec, first, way);
    prepared.setKernel(second);
    assert.equal(prepared.runSync(signal), convolveSync(signal, second, way));
    await throwsHelixError(
      () => prepared.setKernel(filled(4, 4)),
      "shape",
      /kernel must have the shape that was prepared, \(4, 5\)/,
    );
    prepared.dispose();
  }
});

test("one signal with a NaN does not spoil the next", async () => {
  const kernel = filled(4, 5);
  const prepared = await prepare("convolve", spec, kernel, { backend: "wasm", method: "fft" });
  const broken = filled(20, 30);
  (broken.data as Float32Array)[7] = Number.NaN;
  const expected = convolveSync(broken, kernel, { backend: "wasm", method: "fft" });
  // As text, in which NaN equals NaN.
  assert.is((await prepared.run(broken)).data.join(), expected.data.join());
  const signal = filled(20, 30);
  assert.equal(await prepared.run(signal), convolveSync(signal, kernel, { backend: "wasm", method: "fft" }));
  prepared.dispose();
});

test("an aborted run leaves the prepared convolution as it was", async () => {
  const kernel = filled(4, 5);
  const prepared = await prepare("convolve", spec, kernel, { backend: "wasm" });
  const signal = filled(20, 30);
  await throwsHelixError(() => prepared.run(signal, { abort: AbortSignal.abort() }), "aborted", /aborted/);
  const controller = new AbortController();
  await throwsHelixError(
    () => prepared.run(signal, { abort: controller.signal, onProgress: () => controller.abort() }),
    "aborted",
    /aborted/,
  );
  assert.equal(await prepared.run(signal), convolveSync(signal, kernel, { backend: "wasm" }));
  prepared.dispose();
});

test("out receives the result", async () => {
  const prepared = await prepare("convolve", spec, filled(4, 5), { mode: "same" });
  const [signal, out] = [filled(20, 30), { data: new Float32Array(600), shape: [20, 30] }];
  assert.is(await prepared.run(signal, { out }), out);
  assert.equal(out.data, prepared.runSync(signal).data);
  prepared.dispose();
});

test("integers stay exact, as no FFT is promised to be", async () => {
  const kernel = { data: Int16Array.of(1, -2, 3), shape: [3] };
  const prepared = await prepare("convolve", { signal: { shape: [4], dtype: "int32" } }, kernel);
  assert.is(prepared.explain().plan.method, "direct");
  assert.equal([...prepared.runSync({ data: Int32Array.of(5, 6, 7, 8), shape: [4] }).data], [5, -4, 10, 12, 5, 24]);
  prepared.dispose();
});

test("what does not fit what was prepared is refused", async () => {
  const prepared = await prepare("convolve", spec, filled(4, 5));
  await throwsHelixError(
    () => prepared.run(filled(20, 31)),
    "shape",
    /signal must have the shape that was prepared, \(20, 30\); it has \(20, 31\)/,
  );
  await throwsHelixError(
    () => prepared.run({ data: new Float64Array(600), shape: [20, 30] }),
    "dtype",
    /float32; it has float64/,
  );
  await throwsHelixError(() => prepare("blur" as "convolve", spec, filled(2, 2)), "option", /operation must be/);
  await throwsHelixError(() => prepare("convolve", spec, filled(2)), "shape", /kernel has rank 1/);
  const running = prepared.run(filled(20, 30));
  await throwsHelixError(() => prepared.runSync(filled(20, 30)), "option", /needs the prepared convolution to be idle/);
  prepared.dispose();
  await running;
  await throwsHelixError(() => prepared.run(filled(20, 30)), "option", /cannot be used after dispose/);
});

test.run();
