// Numbers of very different magnitude: what a transform would drown is computed by what carries it (scipy #22390), and nothing else takes longer for it.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { carrierFor } from "../../src/api/magnitudes.js";
import { convolve, convolveSync, explain, type NdArray } from "../../src/index.js";
import { viewOf } from "../../src/ndarray.js";
import { Random } from "../random.js";

const test = suite("magnitudes");
const random = new Random(5);

/** The largest relative error over outputs that are not zero, against sums in float64 of numbers that do not cancel. */
function worst(actual: NdArray, x: ArrayLike<number>, w: ArrayLike<number>): number {
  let largest = 0;
  for (let k = 0; k < actual.data.length; k++) {
    let sum = 0;
    for (let j = Math.max(0, k - x.length + 1); j <= Math.min(k, w.length - 1); j++)
      sum += (x[k - j] as number) * (w[j] as number);
    if (sum !== 0) largest = Math.max(largest, Math.abs((actual.data[k] as number) / sum - 1));
    else if (actual.data[k] !== 0) return Number.POSITIVE_INFINITY;
  }
  return largest;
}

const positive = (n: number) => Float64Array.from({ length: n }, () => 0.5 + random.next());

test("the case of scipy #22390: float64 numbers from 1 to 10^81 after many zeros come out right, each to its last digits", async () => {
  const numbers = [...new Array<number>(10_000).fill(0), ...Array.from({ length: 10 }, (_, i) => 10 ** (9 * i))];
  const signal = { data: Float64Array.from(numbers), shape: [numbers.length] };
  const usual = { data: positive(numbers.length), shape: [numbers.length] };
  assert.is((await explain("convolve", { signal: usual, kernel: usual })).plan.method === "direct", false);
  const { plan, reason } = await explain("convolve", { signal, kernel: usual });
  assert.is(plan.method, "direct");
  assert.match(reason, /differ by more than 2\^60, and small ones would drown in any transform/);
  const tail = numbers.slice(10_000);
  const { data } = await convolve(signal, signal);
  assert.ok(worst({ data: data.slice(20_000), shape: [19] }, tail, tail) < 1e-14);
  assert.ok(data.slice(0, 20_000).every((value) => value === 0));
});

test("float32 numbers that a float32 transform would drown go through a float64 one, and are right to float32's last digits", async () => {
  const x = Float32Array.from(positive(40_000), (value, i) => (i < 20_000 ? value : 1e-12 * value));
  const w = Float32Array.from(positive(2000));
  const [signal, kernel] = [
    { data: x, shape: [x.length] },
    { data: w, shape: [w.length] },
  ];
  const { plan, reason, dtype } = await explain("convolve", { signal, kernel });
  assert.equal([plan.run.kind, plan.precision, dtype], ["spectral", "f64", "float32"]);
  assert.match(reason, /differ by more than 2\^30.*so it is a float64 one/);
  const result = await convolve(signal, kernel);
  assert.ok(result.data instanceof Float32Array);
  assert.equal(result, convolveSync(signal, kernel));
  const quiet = result.data.slice(24_000, 24_200);
  const expected = Array.from(quiet, (_, k) =>
    w.reduce((sum, value, j) => sum + value * (x[24_000 + k - j] as number), 0),
  );
  assert.ok(quiet.every((value, k) => Math.abs(value / (expected[k] as number) - 1) < 1e-3));
  const drowned = convolveSync(signal, kernel, { method: "fft" }).data.slice(24_000, 24_200);
  assert.not.ok(
    drowned.every((value, k) => Math.abs(value / (expected[k] as number) - 1) < 1),
    "asked for by name, an FFT is taken",
  );
});

const carrier = (data: ArrayLike<number>, precision: "f32" | "f64", more: Partial<NdArray> = {}) =>
  carrierFor(viewOf({ data, shape: [data.length], ...more } as NdArray, "signal"), precision, 1e6);

test("what is only by chance near zero, rounding's remainders, and zeros themselves are no reason", () => {
  const n = 100_000;
  for (const precision of ["f32", "f64"] as const) {
    assert.is(carrier(Float32Array.from(random.reals(n)), precision), undefined);
    assert.is(carrier(new Float64Array(n), precision), undefined);
    assert.is(
      carrier(
        Float64Array.from({ length: n }, (_, i) => (i % 7 ? 0 : 1e30)),
        precision,
      ),
      undefined,
    );
    assert.is(
      carrier(
        Float64Array.from({ length: n }, (_, i) => 1e-300 * Math.cos(i)),
        precision,
      ),
      undefined,
    );
    assert.is(
      carrier(
        Float32Array.from({ length: n }, (_, i) => (i === 777 ? 1e-20 : 1)),
        precision,
      ),
      undefined,
    );
  }
  assert.is(
    carrier(
      Float64Array.from({ length: n }, (_, i) => Math.sin((Math.PI * i) / 2)),
      "f64",
    ),
    undefined,
  );
  assert.is(carrier([1, Number.NaN, 1e-300, Number.POSITIVE_INFINITY], "f64"), undefined);
});

test("a part that would drown is seen, in real and complex arrays, packed or strided", () => {
  const half = (small: number, n = 3000) =>
    Float64Array.from({ length: n }, (_, i) => (i < n / 2 ? -1 : small) * (1 + (i % 7)));
  for (const [small, f32, f64] of [
    [1e-6, undefined, undefined],
    [1e-12, "float64", undefined],
    [1e-25, "direct", "direct"],
  ] as const) {
    for (const more of [
      {},
      { shape: [1000, 3], stride: [1, 1000] },
      { shape: [1500], dtype: "complex128" },
    ] as Partial<NdArray>[])
      assert.equal(
        [carrier(half(small), "f32", more), carrier(half(small), "f64", more)],
        [f32, f64],
        `${small} ${JSON.stringify(more)}`,
      );
  }
  // A view of the large half alone.
  assert.is(carrier(half(1e-25), "f64", { shape: [1500], stride: [1] }), undefined);
});

test("small numbers of a small kernel are no reason: they meet large ones of the signal", async () => {
  const signal = { data: Float32Array.from(positive(40_000)), shape: [40_000] };
  const kernel = {
    data: Float32Array.from({ length: 2000 }, (_, i) => Math.exp(-((i - 1000) ** 2) / 10_000)),
    shape: [2000],
  };
  const { plan } = await explain("convolve", { signal, kernel });
  assert.equal([plan.run.kind, plan.precision], ["spectral", "f32"]);
});

test.run();
