// A plan from explain(), given back: used as it is, the same bits every time, and refused where it does not belong.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import {
  type ConvolutionOptions,
  convolve,
  convolveSync,
  type Explanation,
  explain,
  type NdArray,
  prepare,
} from "../../src/index.js";
import { randomProduct } from "../products.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";

const test = suite("plan");
const random = new Random(41);
const filled = (...shape: number[]): NdArray => ({
  data: Float32Array.from(random.reals(shape.reduce((n, m) => n * m, 1))),
  shape,
});
const signal = filled(20, 30, 40);
const kernel = filled(5, 6, 7);
const product = { data: Float32Array.from(randomProduct(random, [5, 6, 7])), shape: [5, 6, 7] };
const mode = "same";
const planOf = async (options: ConvolutionOptions, w = kernel) =>
  (JSON.parse(JSON.stringify(await explain("convolve", { signal, kernel: w }, { mode, ...options }))) as Explanation)
    .plan;
const bits = ({ data }: NdArray) => new Uint8Array((data as Float32Array).buffer).join();

test("a plan gives the same bits every time, on any number of threads, sync, async and prepared", async () => {
  for (const [options, w] of [
    [{ method: "fft" }, kernel],
    [{ method: "overlap-save" }, kernel],
    [{ method: "direct" }, kernel],
    [{ method: "separable" }, product],
    [{ method: "fft", threads: 1 }, kernel],
    [{ backend: "js", method: "separable" }, product],
  ] as [ConvolutionOptions, NdArray][]) {
    const plan = await planOf(options, w);
    const expected = bits(convolveSync(signal, w, { mode, plan }));
    const label = JSON.stringify(options);
    for (const threads of [1, 2, 3]) {
      const shared = { ...plan, threads };
      assert.is(bits(await convolve(signal, w, { mode, plan: shared })), expected, label);
      assert.is(bits(convolveSync(signal, w, { mode, plan: shared, threads: 2 })), expected, label);
    }
    assert.is(bits(convolveSync(signal, w, { mode, ...options, threads: 1 })), expected, label);
    const prepared = await prepare("convolve", { signal }, w, { mode, plan });
    assert.is(bits(prepared.runSync(signal)), expected, label);
    prepared.dispose();
  }
});

test("every candidate's plan could be given, and the one that is given is used", async () => {
  const [fft, direct] = [await planOf({ method: "fft" }), await planOf({ method: "direct" })];
  assert.is.not(
    bits(convolveSync(signal, kernel, { mode, plan: fft })),
    bits(convolveSync(signal, kernel, { mode, plan: direct })),
  );
  const explained = await explain("convolve", { signal, kernel }, { mode, plan: direct });
  assert.equal(
    [explained.plan.method, explained.backend, explained.reason],
    ["direct", "wasm", "the plan that was given"],
  );
  assert.is(explained.candidates.length, 1);
});

test("a plan for something else, or that was changed, is refused, and nothing is computed with it", async () => {
  const plan = await planOf({ method: "fft" });
  const refuse = (given: unknown, options: ConvolutionOptions = {}, x = signal, w = kernel) =>
    throwsHelixError(
      () => convolve(x, w, { mode, ...options, plan: given as typeof plan }),
      "option",
      /plan .*explain/,
    );
  await refuse(plan, { mode: "full" });
  await refuse(plan, {}, filled(20, 30, 41));
  await refuse(plan, {}, signal, filled(5, 6, 8));
  await refuse(plan, {}, { ...signal, data: Float64Array.from(signal.data) });
  for (const changed of [
    { helix: plan.helix - 1 },
    { run: { ...plan.run, length: 16 } },
    { run: { kind: "separable" } },
    { run: { kind: "separable", passes: [plan], between: [] } },
    { run: null },
    { stride: [1, 1, 1] },
    { version: 2 },
    { axes: plan.axes.slice(1) },
    { backend: undefined },
  ])
    await refuse({ ...plan, ...changed });
  await refuse(5);
  const lies = { ...plan, bytes: 0, threads: 0.5, cost: { ...plan.cost, tasks: 1000 } } as typeof plan;
  assert.is(
    bits(convolveSync(signal, kernel, { mode, plan: lies })),
    bits(convolveSync(signal, kernel, { mode, plan })),
  );
});

test("beside a plan, backend and method may only be its own", async () => {
  const plan = await planOf({ method: "fft", backend: "wasm" });
  const rule = /left out beside a plan, or the plan's own/;
  await throwsHelixError(() => convolve(signal, kernel, { mode, plan, backend: "js" }), "option", rule);
  await throwsHelixError(() => convolve(signal, kernel, { mode, plan, method: "direct" }), "option", rule);
  convolveSync(signal, kernel, { mode, plan, method: "fft", backend: "wasm" });
});

test("limits hold for a plan that is given: memory, exact integers, kernels that are no outer product", async () => {
  const plan = await planOf({ method: "fft" });
  await throwsHelixError(() => convolve(signal, kernel, { mode, plan, maxMemory: 1000 }), "option", /needs .* bytes/);
  const separable = await planOf({ method: "separable" }, product);
  await throwsHelixError(() => convolve(signal, kernel, { mode, plan: separable }), "option", /not an outer product/);
  const [x, w] = [
    { data: new Int32Array(3000).fill(1_000_003), shape: [3000] },
    { data: new Int32Array(500).fill(999_983), shape: [500] },
  ];
  const inexact = (await explain("convolve", { signal: x, kernel: w }, { method: "fft" })).plan;
  await throwsHelixError(() => convolve(x, w, { plan: inexact }), "option", /would not make these integers exact/);
});

test("a NaN goes where the definition says, whatever the plan", async () => {
  const broken = { ...signal, data: Float32Array.from(signal.data) };
  // At (10, 12, 20): all outputs that it meets lie inside.
  broken.data[10 * 1200 + 12 * 40 + 20] = Number.NaN;
  const plan = await planOf({ method: "fft" });
  const result = convolveSync(broken, kernel, { mode, plan });
  assert.is(Array.from(result.data).filter(Number.isNaN).length, 5 * 6 * 7);
});

test.run();
