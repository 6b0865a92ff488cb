// Prediction-error filters and missing data: what is estimated, what is held, and what is refused.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { apply, boxOffsets, divide, fillMissing, outputMask, predictionError } from "../../src/filter/index.js";
import type { NdArray } from "../../src/ndarray.js";
import { Random } from "../random.js";
import { throwsHelixError } from "../throws.js";
import { difference, norm } from "./random.js";

const test = suite("prediction error and missing data");
const random = new Random(100);
const noise = (shape: number[]) => ({ data: random.reals(shape.reduce((n, m) => n * m, 1)), shape });

test("the offsets of a box lie behind its output", () => {
  assert.equal(boxOffsets([2, 3]), [
    [0, 1],
    [1, -1],
    [1, 0],
    [1, 1],
  ]);
  assert.equal(boxOffsets([3]), [[1], [2]]);
});

test("the filter that coloured noise is found again", async () => {
  const offsets = boxOffsets([2, 3]);
  const filter = { a0: 1, offsets, coefficients: [-0.4, 0.1, -0.3, 0.1] };
  const { filter: found, converged, history } = await predictionError(divide(filter, noise([300, 300])), [2, 3]);
  assert.ok(converged && history.every((value, k) => k === 0 || value <= (history[k - 1] as number)));
  assert.ok(difference({ data: found.coefficients }, { data: filter.coefficients }) < 0.03, `${found.coefficients}`);
});

/** Two plane waves, which a filter of shape (3, 5) predicts exactly. */
const waves = (shape: [number, number]): NdArray<Float64Array> => ({
  shape,
  data: Float64Array.from({ length: shape[0] * shape[1] }, (_, i) => {
    const [y, x] = [Math.floor(i / shape[1]), i % shape[1]];
    return Math.sin(0.5 * x + 0.3 * y) + 0.7 * Math.cos(0.9 * x - 0.4 * y);
  }),
});

const holed = (shape: [number, number], isHole: (y: number, x: number) => boolean) =>
  Uint8Array.from({ length: shape[0] * shape[1] }, (_, i) => (isHole(Math.floor(i / shape[1]), i % shape[1]) ? 0 : 1));

test("what is missing is neither read by the estimate nor needed: a hole of NaN in plane waves is filled, and known samples stay", async () => {
  const shape: [number, number] = [40, 50];
  const whole = waves(shape);
  const mask = { shape, data: holed(shape, (y, x) => y >= 15 && y < 22 && x >= 20 && x < 28) };
  const data = { shape, data: whole.data.map((value, i) => (mask.data[i] ? value : Number.NaN)) };
  const { filter } = await predictionError(data, [3, 5], { mask, tolerance: 1e-10 });
  const residual = apply(filter, whole, { mask: outputMask(filter, shape) });
  assert.ok(norm(residual) < 1e-5 * norm(whole), `${norm(residual)}`);
  const progress: number[] = [];
  const { result, converged, history } = await fillMissing(data, mask, filter, { onProgress: (n) => progress.push(n) });
  assert.ok(converged);
  assert.equal(
    progress,
    history.map((_, k) => k + 1),
  );
  assert.ok(difference(result, whole) < 1e-3, `${difference(result, whole)}`);
  mask.data.forEach((flag, i) => {
    if (flag) assert.is(result.data[i], whole.data[i]);
  });
});

test("preconditioned by division it gives the same as plain, where rows join as on the helix", async () => {
  const filter = { a0: 1, offsets: [[1]], coefficients: [-0.95] };
  const shape = [200];
  const mask = { shape, data: Uint8Array.from({ length: 200 }, (_, i) => (i % 7 === 0 || i < 1 ? 1 : 0)) };
  const data = noise(shape);
  // The first output, which sees zeros before the data, is the one that only the helix has: sample 0 is known.
  const plain = await fillMissing(data, mask, filter, { tolerance: 1e-12, maxIterations: 1000 });
  const pre = await fillMissing(data, mask, filter, { tolerance: 1e-12, maxIterations: 1000, preconditioned: true });
  assert.ok(difference(pre.result, plain.result) < 1e-8, `${difference(pre.result, plain.result)}`);
});

test("nothing known, everything known, NaN where it counts, filters that fit nowhere, a tolerance never met, an abort", async () => {
  const x = waves([12, 12]);
  const all = { data: new Uint8Array(144).fill(1), shape: [12, 12] };
  const none = { data: new Uint8Array(144), shape: [12, 12] };
  const filter = { a0: 1, offsets: [[0, 1]], coefficients: [-0.9] };
  await throwsHelixError(() => fillMissing(x, none, filter), "option", /at least one sample must be known/);
  assert.equal((await fillMissing(x, all, filter)).result.data, x.data);
  await throwsHelixError(() => predictionError(x, [2, 2], { mask: none }), "option", /it fits nowhere/);
  await throwsHelixError(() => predictionError(x, [13, 2]), "option", /it fits nowhere/);
  await throwsHelixError(() => predictionError(x, [3]), "shape", /the data's rank 2/);
  await throwsHelixError(() => predictionError(x, [1, 1]), "shape", /more than one sample/);
  const poisoned = { ...x, data: x.data.map((value, i) => (i === 50 ? Number.NaN : value)) };
  await throwsHelixError(() => fillMissing(poisoned, all, filter), "option", /sample 50 is NaN/);
  await throwsHelixError(() => predictionError(poisoned, [2, 2]), "option", /known samples must be finite/);
  await throwsHelixError(() => fillMissing(x, { data: [1], shape: [1] }, filter), "shape", /mask must have/);
  const some = { shape: [12, 12], data: holed([12, 12], (_, x) => x > 3) };
  const early = await fillMissing(x, some, filter, { tolerance: 0, maxIterations: 2 });
  assert.equal([early.converged, early.iterations], [false, 2]);
  await throwsHelixError(() => fillMissing(x, some, filter, { abort: AbortSignal.abort() }), "aborted", /was aborted/);
});

test.run();
