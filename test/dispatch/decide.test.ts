// Decisions are remembered, and by everything that they depend on.
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { useCalibration } from "../../src/api/calibrate.js";
import type { Wishes } from "../../src/dispatch/choose.js";
import { decide } from "../../src/dispatch/decide.js";
import { problemOf } from "../../src/dispatch/probes.js";
import type { Axis, Problem } from "../../src/problem/problem.js";

const test = suite("decide");
const problem = problemOf("f32", [40, 50], [3, 5]);
const wishes: Wishes = { backend: "auto", method: "auto", maxMemory: 2 ** 53 };

test("the same question, asked again, has the same answer without being thought over", () => {
  const first = decide(problem, wishes);
  assert.is(decide(structuredClone(problem), { ...wishes }), first);
});

test("whatever differs in the problem or in the wishes makes another question", () => {
  const first = decide(problem, wishes);
  const [axis, other] = problem.axes as [Axis, Axis];
  const others: [Problem, Wishes][] = [
    ...(
      [
        { precision: "f64" },
        { field: "complex" },
        { conj: { x: true, w: false } },
        { conj: { x: false, w: true } },
        { batch: 2 },
        { groups: 2 },
        { cin: 2 },
        { cout: 2 },
        { axes: [axis] },
        { axes: [other, axis] },
      ] as Partial<Problem>[]
    ).map((change): [Problem, Wishes] => [{ ...problem, ...change }, wishes]),
    ...Object.keys(axis).map((field): [Problem, Wishes] => {
      const changed = { ...axis, [field]: axis[field as keyof Axis] + 1 };
      return [{ ...problem, axes: [changed, other] }, wishes];
    }),
    ...(
      [
        { backend: "js" },
        { method: "fft" },
        { threads: 1 },
        { maxMemory: 1e9 },
        { exactLength: 0 },
        { separable: true },
        { separable: "it is not" },
        { plan: { ...first.plan, backend: first.backend } },
        { resident: { signal: true } },
      ] as Partial<Wishes>[]
    ).map((change): [Problem, Wishes] => [problem, { ...wishes, ...change }]),
  ];
  const answers = new Set([first, ...others.map(([changed, wished]) => decide(changed, wished))]);
  assert.is(answers.size, 1 + others.length);
  assert.is(decide(problem, wishes), first, "and the first is still remembered");
});

test("other rates make every question be asked anew", () => {
  const first = decide(problem, wishes);
  useCalibration("default");
  assert.is.not(decide(problem, wishes), first);
});

test.run();
