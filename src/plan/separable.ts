// The plan for a kernel that is an outer product: a plan for each of its passes (passes.ts). What is between them has the precision of the
// result.
import { outSize, type Problem } from "../problem/problem.js";
import { base } from "./candidates.js";
import { elementBytes, NO_WORK } from "./cost.js";
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
  const arrays = arraysBetween(between, outSize(problem)).sizes.reduce(
    (bytes, size) => bytes + size * elementBytes(problem),
    0,
  );
  // To see that it is a product, the kernel is copied and multiplied out, in float64.
  const factoring =
    24 * (problem.field === "complex" ? 2 : 1) * passes.reduce((product, { taps }) => product * taps.size, 1);
  return {
    ...base(problem, wind(problem.axes.flatMap((axis) => trim(axis) ?? []))),
    method: "separable",
    run: { kind: "separable", passes: plans, between },
    threads: most(({ threads }) => threads),
    bytes: Math.max(most(({ bytes }) => bytes) + arrays, factoring),
    threadBytes: most(({ threadBytes }) => threadBytes),
    cost: {
      flops: sum(({ cost }) => cost.flops),
      traffic: sum(({ cost }) => cost.traffic),
      copied: sum(({ cost }) => cost.copied),
      rows: sum(({ cost }) => cost.rows),
      calls: sum(({ cost }) => cost.calls),
      kernel: NO_WORK,
      tasks: most(({ cost }) => cost.tasks),
    },
  };
}

/** Where the passes but the last write: the sizes of some arrays, and for each pass which of them it is, or the output's. */
export interface ArraysBetween {
  sizes: number[];
  places: (number | "out")[];
}

/** The output and an array take turns to hold what is between the passes; what is too large for the output needs one more array. */
export function arraysBetween(between: readonly (readonly number[])[], outSize: number): ArraysBetween {
  const elements = between.map((shape) => shape.reduce((n, m) => n * m, 1));
  const places = elements.map((size, p) => ((between.length - p) % 2 === 1 ? 0 : size <= outSize ? "out" : 1));
  const largest = (place: number) => Math.max(0, ...elements.filter((_, p) => places[p] === place));
  return { sizes: [largest(0), largest(1)].filter((size) => size > 0), places };
}
