import { suite } from "uvu";
import * as assert from "uvu/assert";
import { passesOf } from "../../src/plan/passes.js";
import { arraysBetween } from "../../src/plan/separable.js";
import { type Mode, reduceConvolve } from "../../src/problem/convolve.js";

const test = suite("separable plans");

const problemOf = (mode: Mode, m: number[], n: number[], axes?: number[]) =>
  reduceConvolve({ shape: m, dtype: "float32" }, { shape: n, dtype: "float32" }, { mode, axes, correlate: false })
    .problem;

test("the axis that shrinks most comes first, and the one that grows most last", () => {
  const order = (mode: Mode, m: number[], n: number[]) => passesOf(problemOf(mode, m, n)).map(({ axis }) => axis);
  assert.equal(order("valid", [20, 30, 10], [5, 2, 9]), [2, 0, 1]);
  assert.equal(order("full", [20, 30, 10], [5, 2, 9]), [1, 0, 2]);
  assert.equal(order("same", [20, 30, 10], [5, 2, 9]), [0, 1, 2]);
});

test("a pass convolves one axis, and takes the others as the passes before have left them", () => {
  const passes = passesOf(problemOf("valid", [20, 30, 10], [5, 1, 9]));
  const sizes = passes.map(({ problem }) => problem.axes.map(({ x, w, count }) => [x, w, count]));
  assert.equal(sizes, [
    [
      [20, 1, 20],
      [30, 1, 30],
      [10, 9, 2],
    ],
    [
      [20, 5, 16],
      [30, 1, 30],
      [2, 1, 2],
    ],
  ]);
});

test("there are no passes for a kernel along one axis, nor for several output channels", () => {
  assert.equal(passesOf(problemOf("same", [20, 30], [1, 5])), []);
  assert.equal(passesOf(problemOf("same", [20, 30, 1], [3, 5, 4], [0, 1])), []);
  assert.is(passesOf(problemOf("same", [20, 30, 4], [3, 5, 4], [0, 1])).length, 2);
});

test("only the taps that can meet an output are to be looked at", () => {
  const taps = passesOf(problemOf("same", [2, 30], [17, 5])).map((pass) => pass.taps);
  assert.equal(taps, [
    { start: 7, size: 3 },
    { start: 0, size: 5 },
  ]);
});

test("the output serves between the passes where it is large enough, and never for two passes running", () => {
  const shapes = [[5], [6], [7]];
  assert.equal(arraysBetween(shapes, 7), { sizes: [7], places: [0, "out", 0] });
  assert.equal(arraysBetween(shapes, 5), { sizes: [7, 6], places: [0, 1, 0] });
  assert.equal(arraysBetween([[4, 2]], 9), { sizes: [8], places: [0] });
});

test.run();
