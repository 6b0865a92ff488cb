// The oracle against pairs that are known without computing.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import type { Axis, Problem } from "../src/problem/problem.js";
import { errorOf, oracle } from "./oracle.js";

const test = suite("oracle");

const axis = (x: number, w: number, more: Partial<Axis> = {}): Axis => ({
  x,
  w,
  u: 1,
  v: 1,
  lo: 0,
  step: 1,
  count: x + w - 1,
  ...more,
});
const problem = (axes: Axis[], more: Partial<Problem> = {}): Problem => ({
  precision: "f64",
  field: "real",
  conj: { x: false, w: false },
  batch: 1,
  groups: 1,
  cin: 1,
  cout: 1,
  axes,
  ...more,
});
const sums = (p: Problem, x: number[], w: number[]) => [...oracle(p, x, w).out];

test("a delta gives the kernel back", () => {
  assert.equal(sums(problem([axis(1, 3)]), [1], [5, -2, 7]), [5, -2, 7]);
});

test("a shifted delta shifts the kernel", () => {
  assert.equal(sums(problem([axis(4, 2)]), [0, 0, 1, 0], [3, 4]), [0, 0, 3, 4, 0]);
});

test("a constant far from edges gives the constant times the kernel's sum", () => {
  assert.equal(sums(problem([axis(5, 3, { lo: 2, count: 3 })]), [2, 2, 2, 2, 2], [1, 3, 5]), [18, 18, 18]);
});

test("a box with a box gives a triangle, and in two dimensions a pyramid", () => {
  assert.equal(sums(problem([axis(3, 3)]), [1, 1, 1], [1, 1, 1]), [1, 2, 3, 2, 1]);
  assert.equal(sums(problem([axis(2, 2), axis(2, 2)]), [1, 1, 1, 1], [1, 1, 1, 1]), [1, 2, 1, 2, 4, 2, 1, 2, 1]);
});

test("dilation spreads samples, and a step picks every so many outputs", () => {
  assert.equal(sums(problem([axis(2, 2, { u: 2, v: 3, count: 6 })]), [1, 10], [1, 2]), [1, 0, 10, 2, 0, 20]);
  assert.equal(sums(problem([axis(3, 2, { lo: 1, step: 2, count: 2 })]), [1, 2, 3], [1, 10]), [12, 30]);
});

test("outputs outside the full range are zero", () => {
  assert.equal(sums(problem([axis(2, 1, { lo: -2, count: 6 })]), [1, 2], [1]), [0, 0, 1, 2, 0, 0]);
});

test("i times i is -1, and conjugation makes it 1", () => {
  assert.equal(sums(problem([axis(1, 1)], { field: "complex" }), [0, 1], [0, 1]), [-1, 0]);
  assert.equal(sums(problem([axis(1, 1)], { field: "complex", conj: { x: false, w: true } }), [0, 1], [0, 1]), [1, 0]);
});

test("channels are summed, groups and batches kept apart", () => {
  const roles = problem([axis(1, 1)], { batch: 2, groups: 2, cin: 2, cout: 1 });
  assert.equal(sums(roles, [1, 2, 3, 4, 5, 6, 7, 8], [1, 10, 100, 1000]), [21, 4300, 65, 8700]);
});

test("an error is relative to the magnitudes, and NaN is infinitely wrong", () => {
  const expected = { out: Float64Array.of(3, 0), magnitude: Float64Array.of(3, 4) };
  assert.is(errorOf([3, 1], expected), 0.2);
  assert.is(errorOf([3, 0], expected), 0);
  assert.is(errorOf([Number.NaN, 0], expected), Number.POSITIVE_INFINITY);
  assert.is(errorOf([3], expected), Number.POSITIVE_INFINITY);
});

test.run();
