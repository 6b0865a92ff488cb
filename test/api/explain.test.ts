import { suite } from "uvu";
import * as assert from "uvu/assert";
import { explain } from "../../src/index.js";
import { throwsHelixError } from "../throws.js";

const test = suite("explain");
const headline = { signal: { shape: [25, 25, 41, 51] }, kernel: { shape: [10, 10, 10, 10] } };

test("the headline is explained: lengths, losses, costs, one choice and its reason", async () => {
  const { shape, dtype, backend, seconds, reason, candidates } = await explain("convolve", headline, { mode: "same" });
  assert.equal([shape, dtype, backend], [[25, 25, 41, 51], "float32", "wasm"]);
  const [chosen, ...others] = candidates.filter((candidate) => candidate.chosen);
  assert.is(others.length, 0);
  assert.is(chosen?.seconds, seconds);
  const whole = candidates.find(({ form, outer, blocks }) => form === "spectral" && outer === 0 && blocks === 1);
  assert.equal([whole?.method, whole?.helix, whole?.textbook, whole?.length], ["fft", 2_318_400, 3_468_000, 2_359_296]);
  assert.ok(Math.abs((whole?.roundingLoss ?? 0) - 0.0176) < 1e-4);
  assert.ok(candidates.every(({ flops, traffic, bytes }) => flops > 0 && traffic > 0 && bytes > 0));
  assert.match(reason, /fastest/);
});

test("an explanation is JSON", async () => {
  const explanation = await explain("correlate", headline, { backend: "js" });
  assert.equal(JSON.parse(JSON.stringify(explanation)), explanation);
});

test("what the options exclude is listed with the reason", async () => {
  const { candidates } = await explain("convolve", headline, { backend: "js", method: "direct" });
  const rejected = candidates.map(({ backend, form, rejected }) => `${backend} ${form}: ${rejected ?? "usable"}`);
  assert.ok(rejected.includes('wasm spectral: backend "js" was asked for'));
  assert.ok(rejected.includes('js spectral: method "direct" was asked for'));
  assert.ok(rejected.includes("js rows: usable"));
});

test("arrays serve as well as shapes", async () => {
  const { shape } = await explain("convolve", {
    signal: { data: new Float64Array(6), shape: [2, 3] },
    kernel: { shape: [2, 2], dtype: "float64" },
  });
  assert.equal(shape, [3, 4]);
});

test("of a kernel that is given, only the taps that are not zero count", async () => {
  const shape = [40, 40, 40, 40];
  const taps = new Float32Array(7 ** 4).fill(0.5).map((tap, i) => tap + (i % 3));
  const cross = taps.map((tap, i) => {
    const index = [i % 7, Math.floor(i / 7) % 7, Math.floor(i / 49) % 7, Math.floor(i / 343)];
    return index.filter((k) => k !== 3).length < 2 ? tap : 0;
  });
  const methodOf = async (data: Float32Array) =>
    (await explain("convolve", { signal: { shape }, kernel: { data, shape: [7, 7, 7, 7] } }, { mode: "same" })).plan.run
      .kind;
  assert.equal([await methodOf(taps), await methodOf(cross)], ["spectral", "strip"]);
});

test("bad input is refused as the operation refuses it", async () => {
  await throwsHelixError(() => explain("blur" as "convolve", headline), "option", /operation must be/);
  await throwsHelixError(
    () => explain("convolve", { ...headline, kernel: { shape: [3] } }),
    "shape",
    /kernel has rank 1/,
  );
  await throwsHelixError(() => explain("convolve", { ...headline, kernel: { shape: [3, 0] } }), "shape", /axis 1/);
  await throwsHelixError(
    () => explain("convolve", { ...headline, kernel: { shape: [3], dtype: "int64" as "int32" } }),
    "dtype",
    /int64/,
  );
});

test.run();
