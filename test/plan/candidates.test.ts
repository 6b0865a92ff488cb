import { suite } from "uvu";
import * as assert from "uvu/assert";
import { candidates, fallback } from "../../src/plan/candidates.js";
import { summarise } from "../../src/plan/explain.js";
import { wind } from "../../src/plan/geometry.js";
import type { Plan } from "../../src/plan/plan.js";
import { trim } from "../../src/plan/trim.js";
import { reduceConv, reduceConvGradWeight } from "../../src/problem/conv.js";
import { reduceConvolve } from "../../src/problem/convolve.js";
import { cases, plain, problemOf } from "../backends/problems.js";

const test = suite("candidates");

const plansOf = (
  mode: "full" | "same" | "valid",
  m: number[],
  n: number[],
  dtype: "float32" | "complex64" = "float32",
) => candidates(reduceConvolve({ shape: m, dtype }, { shape: n, dtype }, { mode, correlate: false }).problem);
const spectral = (plans: Plan[]) => plans.find(({ run }) => run.kind === "spectral") as Plan;
const [m, n] = [
  [25, 25, 41, 51],
  [10, 10, 10, 10],
];

test("the headline's helix has the length that the formulas give", () => {
  assert.is(spectral(plansOf("full", m, n)).helix, 3_468_000);
  assert.is(spectral(plansOf("same", m, n)).helix, 2_318_400);
  assert.is(spectral(plansOf("valid", m, n)).helix, 1_306_875);
});

test("the textbook pads every axis to its full extent, whatever the mode", () => {
  for (const mode of ["full", "same", "valid"] as const)
    assert.is(summarise(spectral(plansOf(mode, m, n))).textbook, 3_468_000);
});

test("pitches are m + n - 1, m + floor(n/2) and the larger of both", () => {
  const pitches = (mode: "full" | "same" | "valid") => {
    const array = (shape: number[]) => ({ shape, dtype: "float32" as const });
    const { problem } = reduceConvolve(array([20, 30]), array([5, 8]), { mode, correlate: false });
    return wind(problem.axes.flatMap((axis) => trim(axis) ?? [])).axes.map(({ pitch }) => pitch);
  };
  assert.equal(pitches("full"), [24, 37]);
  assert.equal(pitches("same"), [22, 34]);
  assert.equal(pitches("valid"), [20, 30]);
});

test("lengths are a power of two times 1, 3, 5, 9, 15 or 27, even for real data, and at least the helix", () => {
  for (let size = 1; size < 3000; size += 7)
    for (const dtype of ["float32", "complex64"] as const) {
      const { run, helix } = spectral(plansOf("full", [size], [1], dtype));
      if (run.kind !== "spectral") return assert.unreachable();
      assert.ok(
        run.length >= helix &&
          Number.isInteger(Math.log2(run.length / run.odd)) &&
          [1, 3, 5, 9, 15, 27].includes(run.odd),
      );
      assert.is(run.ring, dtype === "float32" ? "negacyclic" : "cyclic");
      assert.ok(run.length <= (helix >= 864 ? 1.25 * helix : 2 * Math.max(16, helix)), `${helix}: ${run.length}`);
    }
});

test("a plan is JSON", () => {
  for (const one of cases)
    for (const plan of candidates(problemOf(one, "f32", "complex")))
      assert.equal(JSON.parse(JSON.stringify(plan)), plan);
});

test("the smaller operand gives the taps", () => {
  const taps = (a: number[], b: number[]) =>
    plansOf("full", a, b).flatMap(({ run }) => ("taps" in run ? [run.taps] : []));
  assert.equal(taps([50], [5]), ["w", "w"]);
  assert.equal(taps([5], [50]), ["x", "x"]);
});

test("data unfit for an FFT falls back to a strip, and unfit for a strip to rows", () => {
  const { problem } = reduceConvolve(
    { shape: m, dtype: "float32" },
    { shape: n, dtype: "float32" },
    { mode: "same", correlate: false },
  );
  const strip = fallback(problem, spectral(candidates(problem)));
  assert.is(strip.run.kind, "strip");
  assert.is(fallback(problem, strip).run.kind, "rows");
  const layer = problemOf(cases.find(({ roles }) => (roles?.cout ?? 1) > 1) as (typeof cases)[number], "f32", "real");
  const tiles = candidates(layer).find(({ run }) => run.kind === "tiles") as Plan;
  assert.is(fallback(layer, tiles).run.kind, "rows");
});

test("a layer's tiles multiply no more than meets, whatever its strides, but for whole vectors and blocks of channels", () => {
  const layer = (x: number[], w: number[], options = {}) =>
    candidates(reduceConv({ shape: x, dtype: "float32" }, { shape: w, dtype: "float32" }, options).problem);
  const tiles = (plans: Plan[]) => plans.find(({ run }) => run.kind === "tiles")?.cost.flops;
  assert.is(tiles(layer([2, 3, 16, 16], [8, 3, 3, 3])), 2 * 2 * 3 * 8 * 9 * 14 * 16);
  assert.is(tiles(layer([2, 3, 17, 17], [8, 3, 3, 3], { stride: 2 })), 2 * 2 * 3 * 8 * 9 * 8 * 8);
  assert.is(tiles(layer([1, 3, 16, 16], [5, 3, 1, 1])), 2 * 3 * 8 * 16 * 16);
  assert.is(tiles(candidates(problemOf({ name: "", axes: [plain(9, 3)] }, "f32", "real"))), undefined);
});

test("the gradient of a weight has plans with the other gradient in pieces, of short transforms", () => {
  const spec = (shape: number[]) => ({ shape, dtype: "float32" as const });
  const options = { kernelShape: [32, 16, 3, 3, 3], padding: 1 };
  const { problem } = reduceConvGradWeight(spec([1, 16, 32, 32, 32]), spec([1, 32, 32, 32, 32]), options);
  const plans = candidates(problem);
  const pieces = plans.filter(({ run }) => run.kind === "spectral" && run.pieces > 1);
  const whole = plans.filter(({ run, outer }) => run.kind === "spectral" && run.pieces === 1 && outer === 0);
  const least = (list: Plan[]) => Math.min(...list.map(({ cost }) => cost.flops));
  assert.ok(pieces.length > 2 && least(pieces) < least(whole) / 2);
});

test("axes do not stay apart where their slabs would have more products than can be listed", () => {
  const apart = plansOf("same", [60, 60, 60, 60, 60], [30, 30, 30, 30, 30])
    .filter(({ run, method }) => run.kind === "spectral" && method === "fft")
    .map(({ outer }) => outer);
  // 60 · 30 products of an axis, less what is cropped: two axes have 1.8 million of them, three 2.4 billion.
  assert.equal(apart, [0, 1, 2]);
});

test("a problem in which nothing meets has one plan, of zeros", () => {
  const nothing = cases.find(({ name }) => name.startsWith("nothing meets"));
  if (!nothing) return assert.unreachable();
  assert.equal(
    candidates(problemOf(nothing, "f32", "real")).map(({ run }) => run.kind),
    ["zero"],
  );
});

test.run();
