import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { BackendInfo } from "../../src/backends/backend.js";
import { defaultRates, predict, type Rates } from "../../src/dispatch/calibration.js";
import { choose, type Wishes } from "../../src/dispatch/choose.js";
import type { Plan } from "../../src/plan/plan.js";
import { reduceConvolve } from "../../src/problem/convolve.js";
import { throwsHelixError } from "../throws.js";

const test = suite("choose");

const js: BackendInfo = {
  name: "js",
  available: true,
  detail: "",
  maxBytes: 2 ** 34,
  maxHelix: 2 ** 53 - 1,
  maxBuffer: 2 ** 53 - 1,
  maxLength: 2 ** 53 - 1,
  threads: 1,
  simd: false,
  layers: true,
  float64: true,
};
const wasm: BackendInfo = { ...js, name: "wasm", maxBytes: 2 ** 32, simd: true };
/** A GPU that does not compute in software. */
const webgpu: BackendInfo = { ...js, name: "webgpu", maxBuffer: 2 ** 31, maxLength: 2 ** 24, float64: false };
const auto: Wishes = { backend: "auto", method: "auto", maxMemory: 2 ** 53 };
const problemOf = (m: number[], n: number[]) =>
  reduceConvolve({ shape: m, dtype: "float32" }, { shape: n, dtype: "float32" }, { mode: "same", correlate: false })
    .problem;
const pick = (m: number[], n: number[], wishes: Partial<Wishes> = {}, available = [wasm, js]) => {
  const { backend, plan } = choose(problemOf(m, n), available, defaultRates, { ...auto, ...wishes });
  return `${backend} ${plan.run.kind}`;
};

const headline: [number[], number[]] = [
  [25, 25, 41, 51],
  [10, 10, 10, 10],
];

const cube: [number[], number[]] = [
  [4, 4, 4, 4, 4],
  [4, 4, 4, 4, 4],
];
for (const [why, chosen, [m, n], wishes, available] of [
  ["a large kernel goes to the FFT", "wasm spectral", headline, {}, [wasm, js]],
  [
    "a small kernel goes to direct sums",
    "wasm strip",
    [
      [100, 100, 100],
      [3, 3, 3],
    ],
    {},
    [wasm, js],
  ],
  ["without wasm, js computes", "js spectral", headline, {}, [{ ...wasm, available: false }, js]],
  ["the caller's backend is honoured", "js spectral", headline, { backend: "js" }, [wasm, js]],
  ["the caller's method is honoured", "wasm strip", headline, { method: "direct" }, [wasm, js]],
  ["both are", "js spectral", [[9], [2]], { method: "fft", backend: "js" }, [wasm, js]],
  [
    "what a backend cannot address goes to one that can",
    "js spectral",
    headline,
    {},
    [{ ...wasm, maxBytes: 2 ** 20 }, js],
  ],
  [
    "a helix on which a backend cannot count goes to one that can",
    "js spectral",
    headline,
    {},
    [{ ...wasm, maxHelix: 50 }, js],
  ],
  ["with a GPU, large work goes there", "webgpu spectral", headline, {}, [webgpu, wasm, js]],
  ["and small work does not", "wasm spectral", [[300], [40]], { method: "fft" }, [webgpu, wasm, js]],
  [
    "a transform that is too long for the GPU is cut into blocks",
    "webgpu spectral",
    [[2 ** 22], [5000]],
    { backend: "webgpu" },
    [{ ...webgpu, maxLength: 2 ** 14 }, wasm, js],
  ],
  [
    "what needs too large a buffer in one piece is cut into blocks too",
    "webgpu spectral",
    [[2 ** 22], [5000]],
    { backend: "webgpu" },
    [{ ...webgpu, maxBuffer: 2 ** 20 }, wasm, js],
  ],
  ["a kernel that is an outer product goes in passes", "js separable", cube, { separable: true }, [js]],
  ["one that is not does not", "js spectral", cube, { separable: "it is not" }, [js]],
  ["nor one of which that is not known", "js spectral", cube, { separable: undefined }, [js]],
  [
    "nor does one whose passes would be slower",
    "wasm strip",
    [
      [300, 300],
      [2, 2],
    ],
    { separable: true },
    [wasm, js],
  ],
  ["an FFT too long to be exact is not taken", "wasm strip", headline, { exactLength: 16 }, [wasm, js]],
] as [string, string, [number[], number[]], Partial<Wishes>, BackendInfo[]][])
  test(why, () => {
    assert.is(pick(m, n, wishes, available), chosen);
  });

test("threads are used where they are worth it, and as many as are allowed", () => {
  const four = { ...wasm, threads: 4 };
  const threads = (m: number[], n: number[], wishes: Partial<Wishes> = {}) =>
    choose(problemOf(m, n), [four, js], defaultRates, { ...auto, ...wishes }).plan.threads;
  assert.equal(
    [threads(...headline), threads(...headline, { threads: 2 }), threads(...headline, { threads: 1 })],
    [4, 2, 1],
  );
  assert.is(threads([100], [5]), 1);
});

test("every candidate is listed, with its time or why it was rejected", () => {
  const { candidates, reason } = choose(problemOf(...headline), [wasm, js], defaultRates, { ...auto, backend: "wasm" });
  for (const backend of ["js", "wasm"]) {
    const kinds = new Set(
      candidates.filter((candidate) => candidate.backend === backend).map(({ plan }) => plan.run.kind),
    );
    assert.equal([...kinds].sort(), ["rows", "separable", "spectral", "strip"]);
  }
  for (const { backend, plan, seconds, rejected } of candidates) {
    assert.ok(seconds > 0);
    const unknown = plan.method === "separable" ? "whether the kernel is an outer product" : undefined;
    const reason = backend === "js" ? 'backend "wasm" was asked for' : unknown;
    assert.is(rejected?.slice(0, reason?.length), reason);
  }
  assert.match(reason, /fastest with backend "wasm", which was asked for: predicted .*x faster than wasm/);
});

test("a backend that is not there is refused with the reason and the others", async () => {
  const missing = { ...wasm, available: false, detail: "no WebAssembly here" };
  await throwsHelixError(
    () => pick([9], [3], { backend: "wasm" }, [missing, js]),
    "backend-unavailable",
    /"wasm" must be available.*no WebAssembly here; use "auto", or one of js/,
  );
});

test("float64 work is not for a backend that computes in float32", async () => {
  const doubles = { ...problemOf(...headline), precision: "f64" } as const;
  const { backend, candidates } = choose(doubles, [webgpu, wasm, js], defaultRates, auto);
  assert.is(backend, "wasm");
  for (const { backend, rejected } of candidates)
    if (backend === "webgpu") assert.match(rejected ?? "", /float32 only|needs .* bytes|outer product/);
  await throwsHelixError(
    () => choose(doubles, [webgpu, wasm, js], defaultRates, { ...auto, backend: "webgpu" }),
    "dtype",
    /"webgpu" computes in float32; these arrays need float64; convert them to Float32Array, or/,
  );
});

test("a memory limit that no plan meets is refused with both numbers", async () => {
  const error = await throwsHelixError(
    () => pick(...headline, { maxMemory: 1000 }),
    "out-of-memory",
    /must fit into 1000 bytes; the smallest.*raise maxMemory, or split/,
  );
  assert.is(error.expected, 1000);
  assert.ok((error.actual as number) > 1e6);
});

const inPasses = { ...auto, method: "separable", separable: true } as const;

test("a separable plan has the fastest direct plan for each pass, and takes a little longer than they do by themselves", () => {
  const { plan, seconds } = choose(problemOf([400, 300], [3, 250]), [wasm], defaultRates, inPasses);
  if (plan.run.kind !== "separable") return assert.unreachable(plan.run.kind);
  const [along, across] = plan.run.passes as [Plan, Plan];
  assert.equal([along.run.kind, across.run.kind], ["strip", "strip"]);
  const [rates] = plan.run.passes.map((pass) => defaultRates(wasm, pass)) as [Rates];
  const passes = predict(along, rates) + predict(across, rates);
  assert.ok(predict(plan, rates) >= passes && predict(plan, rates) < 2 * passes);
  assert.ok(
    seconds > predict(plan, rates) && seconds < predict(plan, rates) + 2e-4,
    "to look at the kernel takes a while",
  );
});

test("the passes of a separable plan may use threads", () => {
  const four = { ...wasm, threads: 4 };
  const { plan } = choose(problemOf([2000, 3000], [9, 9]), [four], defaultRates, inPasses);
  if (plan.run.kind !== "separable") return assert.unreachable(plan.run.kind);
  assert.equal([plan.threads, ...plan.run.passes.map(({ threads }) => threads)], [4, 4, 4]);
});

test("memory counts for a separable plan too, what is between its passes included", () => {
  const problem = problemOf([200, 200, 200], [9, 9, 9]);
  const { plan } = choose(problem, [wasm], defaultRates, inPasses);
  if (plan.run.kind !== "separable") return assert.unreachable(plan.run.kind);
  const largest = Math.max(...plan.run.passes.map(({ bytes }) => bytes));
  assert.is(plan.bytes, largest + 4 * 200 ** 3);
  assert.throws(
    () => choose(problem, [wasm], defaultRates, { ...inPasses, maxMemory: plan.bytes / 2 }),
    /must fit into/,
  );
});

test("a separable plan that was asked for is refused for a kernel that is no outer product, with its shape and why", async () => {
  for (const [n, separable, why] of [
    [[3, 5], "it is not an outer product", /this one is \(3, 5\), and it is not an outer product; use method "auto"/],
    [[3, 5], undefined, /is in its data, not in its shape; use method "auto"/],
    [[3, 1], true, /\(3, 1\), and it has fewer than two axes of more than one sample; use method "auto"/],
  ] as [number[], true | string | undefined, RegExp][])
    await throwsHelixError(() => pick([20, 20], n, { method: "separable", separable }), "option", why);
});

test("an FFT that was asked for but cannot be exact is refused", async () => {
  await throwsHelixError(
    () => pick(...headline, { method: "fft", exactLength: 16 }),
    "option",
    /integer arrays give exact/,
  );
});

test("overlap-save of what fits into one block is refused as just that", () => {
  assert.throws(
    () =>
      choose(problemOf([20, 30], [5, 4]), [wasm], defaultRates, {
        backend: "auto",
        method: "overlap-save",
        maxMemory: 2 ** 53,
      }),
    /method "overlap-save" needs a problem of more than one block; of \(20,30\) with \(5,4\) all fits into one; use method "fft"/,
  );
});

test.run();
