// A problem by every plan on a backend, against the oracle.
import { type Backend, executes } from "../../src/backends/backend.js";
import type { Plan } from "../../src/plan/plan.js";
import { kernelSize, type Problem, signalSize } from "../../src/problem/problem.js";
import { bound } from "../accuracy.js";
import { errorOf, oracle } from "../oracle.js";
import { Random } from "../random.js";
import { execute, plansOf } from "./execute.js";
import { cases, problemOf } from "./problems.js";

/** All plans of a problem, or where each takes long to compile, fewer. */
export type Selection = "all" | "of each kind";

/** Of plans that differ only in the length of their blocks, the one with the longest. */
export function plansOfEachKind(problem: Problem): Plan[] {
  const plans = plansOf(problem);
  const isBlocks = ({ run }: Plan) => run.kind === "spectral" && run.blocks > 1;
  const isPieces = ({ run }: Plan) => run.kind === "spectral" && run.pieces > 1;
  const longest = [isBlocks, isPieces].map((is) => plans.filter(is).at(-1));
  return plans.filter((plan) => plan.method !== "overlap-save" || longest.includes(plan));
}

/** The plans that were run; throws where one is not right. */
export async function check(
  backend: Backend,
  problem: Problem,
  random: Random,
  label: string,
  selection: Selection = "all",
): Promise<Plan[]> {
  const parts = problem.field === "complex" ? 2 : 1;
  const x = random.reals(parts * signalSize(problem));
  const w = random.reals(parts * kernelSize(problem));
  const expected = oracle(problem, x, w);
  const plans = (selection === "all" ? plansOf(problem) : plansOfEachKind(problem)).filter((plan) =>
    executes(backend.describe(), plan),
  );
  for (const plan of plans) {
    const out = await execute(backend, problem, plan, x, w);
    const what = `${label}: ${plan.run.kind} ${problem.precision} ${problem.field}`;
    if (!out) throw new Error(`${what} refused finite data`);
    const error = errorOf(out, expected);
    const limit = bound(problem.precision, Math.max(2, plan.helix));
    if (!(error <= limit)) throw new Error(`${what}: error ${error} > ${limit}`);
  }
  return plans;
}

/** Every case of the table, in every precision given; the names of the cases. */
export async function checkTable(
  backend: Backend,
  precisions: readonly Problem["precision"][],
  selection: Selection = "all",
): Promise<string[]> {
  for (const one of cases)
    for (const precision of precisions)
      for (const field of ["real", "complex"] as const)
        await check(backend, problemOf(one, precision, field), new Random(1), one.name, selection);
  return cases.map(({ name }) => name);
}
