// The plan for a kernel that is an outer product: a plan for each of its passes (passes.ts), and two arrays that take turns
// to hold what is between them, in the precision of the result.
import type { Problem } from "../problem/problem.js";
import { base, elementBytes } from "./candidates.js";
import { wind } from "./geometry.js";
import type { Pass } from "./passes.js";
import type { Plan } from "./plan.js";
import { trim } from "./trim.js";

/** The plan in which each of some passes, at least one, is computed by one of `plans`. */
export function separablePlan(problem: Problem, passes: readonly Pass[], plans: Plan[]): Plan {
  const between = passes
    .slice(0, -1)
    .map((pass) => [problem.batch, problem.groups, ...pass.problem.axes.map(({ count }) => count)]);
  const sum = (count: (plan: Plan) => number) => plans.reduce((total, plan) => total + count(plan), 0);
  const most = (count: (plan: Plan) => number) => Math.max(...plans.map(count));
  // Of the passes, those with spectra hold their memory, and the others give it back.
  const held = sum(({ run, bytes }) => (run.kind === "spectral" ? bytes : 0));
  const largest = most(({ run, bytes }) => (run.kind === "spectral" ? 0 : bytes));
  const arrays = betweenSizes(between).reduce((bytes, size) => bytes + size * elementBytes(problem), 0);
  // To see that it is a product, the kernel is copied and multiplied out, in float64.
  const factoring =
    24 * (problem.field === "complex" ? 2 : 1) * passes.reduce((product, { taps }) => product * taps.size, 1);
  return {
    ...base(problem, wind(problem.axes.flatMap((axis) => trim(axis) ?? []))),
    method: "separable",
    run: { kind: "separable", passes: plans, between },
    threads: most(({ threads }) => threads),
    bytes: Math.max(held + largest + arrays, factoring),
    cost: {
      flops: sum(({ cost }) => cost.flops),
      traffic: sum(({ cost }) => cost.traffic),
      copied: sum(({ cost }) => cost.copied),
      calls: sum(({ cost }) => cost.calls),
      tasks: most(({ cost }) => cost.tasks),
    },
  };
}

/** Elements of the two arrays that take turns, given the shapes that they must hold. */
export function betweenSizes(between: readonly (readonly number[])[]): [number, number] {
  const largest = (turn: number) =>
    between.reduce(
      (most, shape, p) =>
        p % 2 === turn
          ? Math.max(
              most,
              shape.reduce((n, m) => n * m, 1),
            )
          : most,
      0,
    );
  return [largest(0), largest(1)];
}
