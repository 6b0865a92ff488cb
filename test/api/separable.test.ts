// Separable kernels as callers meet them: what auto takes, what is refused, and that nothing else about a call changes.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { convolve, convolveSync, correlate, explain, type NdArray, prepare } from "../../src/index.js";
import { bound } from "../accuracy.js";
import { type Convolution, convolutionOracle, errorOf } from "../oracle.js";
import { randomProduct } from "../products.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";

const test = suite("separable");
const random = new Random(31);
const backends = ["js", "wasm"] as const;
const method = "separable";

const sizeOf = (shape: readonly number[]) => shape.reduce((n, m) => n * m, 1);
const filled = (...shape: number[]): NdArray => ({ data: Float32Array.from(random.reals(sizeOf(shape))), shape });
const product = (...shape: number[]): NdArray => ({ data: Float32Array.from(randomProduct(random, shape)), shape });
const numbers = (result: NdArray) => Array.from(result.data);

/** Where passes are predicted to be faster than anything else: without WebAssembly. */
const faster = [
  { shape: [4, 4, 4, 4, 4], size: [4, 4, 4, 4, 4], options: { mode: "same", threads: 1, backend: "js" } },
] as const;

test("auto convolves an outer product in passes where that is faster, and explains it", async () => {
  for (const { shape, size, options } of faster) {
    const [signal, kernel] = [filled(...shape), product(...size)];
    const { plan, candidates, seconds } = await explain("convolve", { signal, kernel }, options);
    assert.is(plan.method, "separable");
    const chosen = candidates.find((candidate) => candidate.chosen);
    assert.equal([chosen?.form, chosen?.seconds, chosen?.passes?.length], ["separable", seconds, 5]);
    assert.ok(chosen?.passes?.every(({ flops, bytes }) => flops > 0 && bytes > 0));
    const result = await convolve(signal, kernel, options);
    assert.equal(result, await convolve(signal, kernel, { ...options, method }));
    assert.not.equal(result, await convolve(signal, kernel, { ...options, method: "fft" }));
  }
});

test("auto convolves others as before", async () => {
  for (const { shape, size, options } of faster) {
    const [signal, kernel] = [filled(...shape), filled(...size)];
    const { plan, candidates } = await explain("convolve", { signal, kernel }, options);
    assert.is.not(plan.method, "separable");
    const rejected = candidates.find(
      ({ form, backend }) => form === "separable" && backend === options.backend,
    )?.rejected;
    assert.is(rejected, "it is not an outer product");
    assert.equal(
      await convolve(signal, kernel, options),
      await convolve(signal, kernel, { ...options, method: plan.method }),
    );
  }
});

test("explain cannot tell from a shape whether a kernel is separable, and says so", async () => {
  const shapes = { signal: { shape: [12, 12, 12, 12, 12] }, kernel: { shape: [7, 7, 7, 7, 7] } };
  const { plan, candidates } = await explain("convolve", shapes, { mode: "same" });
  assert.is.not(plan.method, "separable");
  const found = candidates.filter(({ form }) => form === "separable");
  assert.is(found.length, 2);
  for (const { rejected, passes, seconds } of found) {
    assert.match(rejected ?? "", /whether the kernel is an outer product is in its data, not in its shape/);
    assert.ok(seconds > 0 && passes?.length === 5);
  }
});

test("it agrees with the definition from two dimensions to six, in every mode and type, convolved and correlated", async () => {
  const shapes = [
    [
      [9, 12],
      [4, 3],
    ],
    [
      [6, 7, 5],
      [3, 2, 4],
    ],
    [
      [5, 1, 6, 4],
      [2, 1, 3, 3],
    ],
    [
      [3, 4, 3, 4, 3],
      [2, 2, 3, 1, 2],
    ],
    [
      [3, 2, 3, 2, 3, 2],
      [2, 2, 1, 2, 2, 1],
    ],
  ] as const;
  for (const [signalShape, kernelShape] of shapes)
    for (const dtype of ["float32", "float64", "complex64", "complex128"] as const)
      for (const mode of ["full", "same", "valid"] as const)
        for (const operation of ["convolve", "correlate"] as const)
          for (const backend of backends) {
            const complex = dtype.startsWith("complex");
            const [parts, single] = [complex ? 2 : 1, dtype === "float32" || dtype === "complex64"] as const;
            const typed = (data: Float64Array) => (single ? Float32Array.from(data) : data);
            const x = typed(random.reals(parts * sizeOf(signalShape)));
            const w = typed(randomProduct(random, kernelShape, parts));
            const problem: Convolution = {
              ...{ operation, mode, signalShape, kernelShape, complex },
              convolved: signalShape.map(() => true),
            };
            const expected = convolutionOracle(problem, x, w);
            const call = operation === "convolve" ? convolve : correlate;
            const options = { mode, backend, method } as const;
            const y = await call(
              { data: x, shape: signalShape, dtype },
              { data: w, shape: kernelShape, dtype },
              options,
            );
            const error = errorOf(y.data, expected);
            const label = `${backend} ${operation} ${mode} ${dtype} (${signalShape}): ${error}`;
            assert.ok(error <= bound(single ? "f32" : "f64", 2 ** 11), label);
          }
});

test("numbers that are not finite reach what the definition says, zeros of the kernel included", async () => {
  const kernel = { data: Float64Array.of(0, 0, 0, 1, 0, 2, 3, 0, 6), shape: [3, 3] };
  for (const backend of backends)
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const signal = { data: random.reals(80), shape: [8, 10] };
      signal.data[34] = value;
      for (const mode of ["full", "same", "valid"] as const) {
        const expected = numbers(convolveSync(signal, kernel, { mode, backend: "js", method: "direct" }));
        const actual = numbers(convolveSync(signal, kernel, { mode, backend, method }));
        actual.forEach((number, k) => {
          const wanted = expected[k] as number;
          if (Number.isFinite(wanted)) assert.ok(Math.abs(number - wanted) < 1e-14, `${backend} ${mode}: ${number}`);
          else assert.ok(Object.is(number, wanted), `${backend} ${mode} ${k}: ${number} is not ${wanted}`);
        });
      }
    }
});

test("a kernel that is not finite is summed directly, as by any other method", async () => {
  const kernel = { data: Float64Array.of(1, 2, 3, 4, Number.POSITIVE_INFINITY, 0), shape: [2, 3] };
  const signal = { data: random.reals(30), shape: [5, 6] };
  for (const backend of backends)
    assert.equal(
      numbers(convolveSync(signal, kernel, { backend, method })),
      numbers(convolveSync(signal, kernel, { backend, method: "direct" })),
    );
});

test("sums that would overflow between the passes are computed whole", async () => {
  const signal = { data: new Float32Array(64).fill(3e38), shape: [8, 8] };
  const kernel = { data: new Float32Array(9).fill(1 / 16), shape: [3, 3] };
  for (const backend of backends) {
    const { data } = convolveSync(signal, kernel, { mode: "valid", backend, method });
    assert.ok(data.every((value) => Math.abs(value / ((3e38 * 9) / 16) - 1) < 1e-6));
  }
});

test("a method that the kernel does not allow is refused, with the rule, the kernel and the remedy", async () => {
  const signal = filled(20, 20);
  const rule = /method "separable" needs a kernel that is, to rounding, an outer product of one vector per axis;/;
  const refused =
    (kernel: NdArray, why: RegExp, x = signal) =>
    async () => {
      await throwsHelixError(() => convolve(x, kernel, { method }), "option", rule);
      await throwsHelixError(() => prepare("convolve", { signal: x }, kernel, { method }), "option", rule);
      await throwsHelixError(() => explain("convolve", { signal: x, kernel }, { method }), "option", why);
    };
  await refused(filled(3, 4), /this one is \(3, 4\), and it is not an outer product; use method "auto"/)();
  await refused(filled(1, 4), /\(1, 4\), and it has fewer than two axes of more than one sample/)();
  const integers = { data: new Int16Array(400).fill(1), shape: [20, 20] };
  await refused(
    { data: Int8Array.of(1, 2, 2, 4), shape: [2, 2] },
    /integers with integers give exact results/,
    integers,
  )();
});

test("integers stay exact, by other methods; with floats they are convolved in passes", async () => {
  const signal = { data: Uint8Array.from({ length: 4000 }, () => random.integer(0, 255)), shape: [50, 80] };
  const box = { data: new Int32Array(81).fill(3), shape: [9, 9] };
  const { candidates } = await explain("convolve", { signal, kernel: box });
  for (const { form, rejected } of candidates)
    if (form === "separable") assert.match(rejected ?? "", /integers with integers give exact results/);
  const exact = convolveSync(signal, box, { method: "direct" });
  assert.equal(await convolve(signal, box), exact);
  const floats = await convolve(signal, { ...box, data: Float64Array.from(box.data) }, { method });
  assert.ok(floats.data.every((value, k) => Math.abs(value - (exact.data[k] as number)) < 1e-8));
});

test("views, out, other axes and a group of kernels are as in every other method", async () => {
  const signal = { data: Float32Array.from(random.reals(3 * 9 * 8)), shape: [8, 3, 9], stride: [-1, 72, 8], offset: 7 };
  const kernels = product(3, 1, 4);
  const data = Float32Array.from([0, 1, 2].flatMap(() => [...randomProduct(random, [4, 5])]));
  const groups = { data, shape: [4, 3, 5], stride: [5, 20, 1] };
  for (const backend of backends)
    for (const kernel of [kernels, groups]) {
      const options = { backend, axes: [0, 2], mode: "same" } as const;
      const expected = convolveSync(signal, kernel, { ...options, method: "direct" });
      const out = { data: new Float32Array(2 * 8 * 3 * 9), shape: [8, 3, 9], stride: [54, 18, 2] };
      assert.is(await convolve(signal, kernel, { ...options, out, method }), out);
      expected.data.forEach((value, k) => {
        assert.ok(
          Math.abs((out.data[2 * k] as number) - value) < 2e-6,
          `${backend}: ${out.data[2 * k]} is not ${value}`,
        );
      });
    }
});

test("progress runs from pass to pass up to 1, and an abort stops it", async () => {
  const [signal, kernel] = [filled(300, 300), product(9, 9)];
  for (const backend of backends) {
    const fractions: number[] = [];
    await convolve(signal, kernel, { backend, method, onProgress: (fraction) => fractions.push(fraction) });
    assert.equal(
      fractions,
      fractions.toSorted((a, b) => a - b),
    );
    assert.ok(fractions.some((fraction) => fraction < 0.5) && fractions.at(-1) === 1);
    const controller = new AbortController();
    const onProgress = (fraction: number) => fraction > 0.5 && controller.abort();
    const aborted = () => convolve(signal, kernel, { backend, method, abort: controller.signal, onProgress });
    await throwsHelixError(aborted, "aborted", /aborted/);
  }
});

test("the result does not depend on the threads, bit for bit", async () => {
  const [signal, kernel] = [filled(700, 800), product(21, 11)];
  const [one, two] = [1, 2].map((threads) => convolveSync(signal, kernel, { backend: "wasm", method, threads }));
  assert.equal(one, two);
});

test("prepared, it gives what the one-shot call gives; a kernel that is not separable gets another plan", async () => {
  for (const { shape, size, options } of faster) {
    const spec = { signal: { shape } };
    const [signal, first, second, other] = [filled(...shape), product(...size), product(...size), filled(...size)];
    const prepared = await prepare("correlate", spec, first, options);
    assert.is(prepared.explain().plan.method, "separable");
    assert.equal(prepared.runSync(signal), await correlate(signal, first, options));
    prepared.setKernel(second);
    assert.is(prepared.explain().plan.method, "separable");
    assert.equal(await prepared.run(signal), await correlate(signal, second, options));
    prepared.setKernel(other);
    const { plan } = prepared.explain();
    assert.is.not(plan.method, "separable");
    const expected = await correlate(signal, other, options);
    assert.equal(await prepared.run(signal), expected);
    prepared.setKernel(first);
    assert.equal(prepared.runSync(signal), await correlate(signal, first, { ...options, method: plan.method }));
    prepared.dispose();
    const asked = await prepare("correlate", spec, first, { ...options, method });
    await throwsHelixError(() => asked.setKernel(other), "option", /it is not an outer product/);
    assert.equal(asked.runSync(signal), await correlate(signal, first, { ...options, method }));
    asked.dispose();
  }
});

test.run();
