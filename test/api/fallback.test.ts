// Backends that fail at what they should be able to do: another computes, the caller is told, and what failed rests for a while.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Executable } from "../../src/backends/backend.js";
import { allFailures, forgetFailures } from "../../src/dispatch/failures.js";
import { backendOf } from "../../src/dispatch/registry.js";
import { HelixError } from "../../src/errors.js";
import {
  backends,
  type ConvolutionOptions,
  convolve,
  convolveSync,
  explain,
  type Fallback,
  type NdArray,
  prepare,
} from "../../src/index.js";
import { throwsHelixError } from "../throws.js";

const test = suite("fallback");
const wasm = backendOf("wasm");
const original = { prepare: wasm.prepare.bind(wasm), prepareSync: wasm.prepareSync?.bind(wasm) };
const signal: NdArray = { data: Float32Array.from({ length: 5000 }, (_, i) => Math.sin(i)), shape: [5000] };
const kernel: NdArray = { data: Float32Array.from({ length: 300 }, (_, i) => Math.cos(3 * i)), shape: [300] };
const expected = convolveSync(signal, kernel, { backend: "js" });

/** Makes the wasm backend fail, in prepare or in run; counts how often it was tried. */
function breakWasm(error: Error, where: "prepare" | "run" = "prepare") {
  const tried = { times: 0 };
  const fail = (): never => {
    tried.times++;
    throw error;
  };
  const failing = (executable: Executable): Executable =>
    Object.assign(Object.create(executable) as Executable, { run: async () => fail(), runSync: fail });
  wasm.prepare = async (plan, w) => (where === "prepare" ? fail() : failing(await original.prepare(plan, w)));
  wasm.prepareSync = (plan, w) =>
    where === "prepare" ? fail() : failing(original.prepareSync?.(plan, w) as Executable);
  return tried;
}

function mend(): void {
  Object.assign(wasm, original);
  for (const { backend } of allFailures()) forgetFailures(backend);
}

test.after.each(mend);

/** New shapes, so that no executable of an earlier call is at hand. */
let size = 5000;
const another = (): NdArray => {
  size++;
  return { data: new Float32Array(size).fill(1), shape: [size] };
};

for (const where of ["prepare", "run"] as const)
  for (const isSync of [true, false])
    test(`what fails in ${where} is computed by the next candidate, ${isSync ? "sync" : "async"}, and the caller is told once`, async () => {
      const tried = breakWasm(new Error("broken for a test"), where);
      const told: Fallback[] = [];
      const call = (options: ConvolutionOptions) => (isSync ? convolveSync : convolve)(signal, kernel, options);
      const result = await call({ onFallback: (fallback) => told.push(fallback), method: "fft" });
      assert.equal(result, convolveSync(signal, kernel, { backend: "js", method: "fft" }));
      assert.equal(
        told.map(({ backend, method, error, next }) => [backend, method, error.message, next]),
        [["wasm", "fft", "broken for a test", { backend: "js", method: "fft" }]],
      );
      assert.is(tried.times, 1);
      await call({ onFallback: (fallback) => told.push(fallback), method: "fft" });
      assert.equal([tried.times, told.length], [1, 1], "it rests, and is not tried again");
    });

test("backends() shows what failed, and explain() that it rests", async () => {
  breakWasm(new Error("broken for a test"));
  convolveSync(signal, kernel, { onFallback: () => {} });
  const failure = (await backends()).find(({ name }) => name === "wasm")?.failure;
  assert.equal([failure?.message, failure?.times], ["broken for a test", 1]);
  assert.ok((failure?.restsFor ?? 0) > 0.5 && (failure?.restsFor ?? 0) <= 1);
  assert.is((await backends()).find(({ name }) => name === "js")?.failure, undefined);
  const { backend, reason, candidates } = await explain("convolve", { signal, kernel });
  assert.equal([backend, /wasm rests after it failed/.test(reason)], ["js", true]);
  assert.match(
    candidates.find((candidate) => candidate.backend === "wasm")?.rejected ?? "",
    /failed 1 times: broken for a test/,
  );
});

test("it is tried again after a second, then two, and once it works all is forgotten", async () => {
  const tried = breakWasm(new Error("broken for a test"));
  const clock = performance.now.bind(performance);
  let ahead = 0;
  performance.now = () => clock() + ahead;
  try {
    const call = () => convolveSync(signal, kernel, { onFallback: () => {} });
    const triedAfter = (ms: number) => {
      ahead += ms;
      call();
      return tried.times;
    };
    assert.equal([0, 500, 600, 1500, 600].map(triedAfter), [1, 1, 2, 2, 3]);
    Object.assign(wasm, original);
    triedAfter(4100);
    assert.is((await backends()).find(({ name }) => name === "wasm")?.failure, undefined);
  } finally {
    performance.now = clock;
  }
});

test("without a callback the console is told", async () => {
  breakWasm(new Error("broken for a test"));
  const warn = console.warn;
  const lines: unknown[] = [];
  console.warn = (line: unknown) => lines.push(line);
  try {
    convolveSync(another(), kernel);
  } finally {
    console.warn = warn;
  }
  assert.equal(lines.length, 1);
  assert.match(String(lines[0]), /helixconv: wasm failed, and js .* takes over: broken for a test/);
});

test("a backend or plan that was asked for by name has no other", async () => {
  const { plan } = await explain("convolve", { signal, kernel }, { backend: "wasm" });
  const tried = breakWasm(new Error("broken for a test"));
  for (const options of [{ backend: "wasm" }, { plan }] as ConvolutionOptions[]) {
    const error = await convolve(another(), kernel, options).then(
      () => undefined,
      (reason: Error) => reason,
    );
    assert.ok(error && /broken for a test|plan must be/.test(error.message));
  }
  assert.ok(tried.times >= 1);
  assert.equal(allFailures(), []);
});

test("for want of memory only plans that need as much rest", () => {
  const tried = breakWasm(new HelixError("out-of-memory", "no room, for a test"));
  const told: Fallback[] = [];
  convolveSync(another(), kernel, { onFallback: (fallback) => told.push(fallback), method: "fft" });
  assert.is(told.at(-1)?.next.backend, "js");
  const before = tried.times;
  Object.assign(wasm, original);
  const small = { data: new Float32Array(50).fill(1), shape: [50] };
  convolveSync(small, small, { method: "fft" });
  assert.ok(allFailures().every(({ bytes }) => bytes > 0) && before >= 1);
});

test("what the caller's own functions throw, and what is wrong with the data, is no failure", async () => {
  const angry = () => {
    throw new Error("the caller's own");
  };
  const error = await convolve(signal, kernel, { onProgress: angry }).then(
    () => undefined,
    (reason: Error) => reason,
  );
  assert.is(error?.message, "the caller's own");
  await throwsHelixError(() => convolve(signal, { data: [1], shape: [1, 1] }), "shape", /rank/);
  await throwsHelixError(() => convolve(signal, kernel, { abort: AbortSignal.abort() }), "aborted", /aborted/);
  assert.equal(allFailures(), []);
});

test("a prepared convolution falls back too, when it is prepared and when it runs", async () => {
  const tried = breakWasm(new Error("broken for a test"));
  const told: Fallback[] = [];
  const onFallback = (fallback: Fallback) => told.push(fallback);
  const prepared = await prepare("convolve", { signal }, kernel, { onFallback, method: "fft" });
  assert.equal([prepared.explain().backend, told.length], ["js", 1]);
  prepared.dispose();
  mend();
  breakWasm(new Error("broken for a test"), "run");
  const running = await prepare("convolve", { signal }, kernel, { method: "fft" });
  for (let i = 0; i < 2; i++)
    assert.equal(
      await running.run(signal, { onFallback }),
      convolveSync(signal, kernel, { backend: "js", method: "fft" }),
    );
  assert.equal([told.length, tried.times], [2, 1]);
  running.dispose();
});

test("results of the next candidate are right", () => {
  breakWasm(new Error("broken for a test"), "run");
  const { data } = convolveSync(signal, kernel, { onFallback: () => {} });
  assert.ok(data.every((value, k) => Math.abs(value - (expected.data[k] as number)) < 1e-3));
});

test.run();
