// A plan that a caller gives, as explain() gave it: it is used as it is, if it is one of those that this problem has. Only what is counted
// anew, threads and memory, may differ: neither changes the result.
import type { BackendInfo, BackendName } from "../backends/backend.js";
import { HelixError } from "../errors.js";
import { candidates, directCandidates } from "../plan/candidates.js";
import { onThreads } from "../plan/cost.js";
import { passesOf } from "../plan/passes.js";
import type { Plan } from "../plan/plan.js";
import { separablePlan } from "../plan/separable.js";
import type { Problem } from "../problem/problem.js";

/** A plan, and the backend that it is for; JSON. */
export type GivenPlan = Plan & { backend: BackendName };

/** What may differ. */
const counted = new Set(["backend", "threads", "bytes", "threadBytes", "cost"]);

/** The problem's own plan that a given one stands for, on as many threads as both it and the caller allow. */
export function planGiven(problem: Problem, given: GivenPlan, { threads: most }: BackendInfo, allowed = most): Plan {
  const plan = find(problem, given);
  if (!plan)
    throw new HelixError(
      "option",
      "plan must be one that explain() gives, in this version, for the same operation, shapes, dtypes, mode and axes; this one is not; explain again",
      { actual: given },
    );
  return onThreadsGiven(plan, given, Math.min(most, allowed));
}

function find(problem: Problem, given: Plan): Plan | undefined {
  if (given.run?.kind !== "separable") return candidates(problem).find((plan) => isSame(plan, given));
  const passes = passesOf(problem);
  const wanted = given.run.passes;
  const plans = passes.flatMap(
    (pass, p) => directCandidates(pass.problem).find((plan) => isSame(plan, wanted?.[p])) ?? [],
  );
  if (passes.length === 0 || plans.length < passes.length) return undefined;
  const plan = separablePlan(problem, passes, plans);
  return isSame(plan, given) ? plan : undefined;
}

function onThreadsGiven(plan: Plan, given: Plan, most: number): Plan {
  const wanted = Number.isInteger(given.threads) ? given.threads : 1;
  const shared = onThreads(plan, Math.max(1, Math.min(wanted, most, plan.cost.tasks)));
  if (shared.run.kind !== "separable" || given.run.kind !== "separable") return shared;
  const wantedPasses = given.run.passes;
  const passes = shared.run.passes.map((pass, p) => onThreadsGiven(pass, wantedPasses[p] as Plan, most));
  return { ...shared, run: { ...shared.run, passes } };
}

/** Whether two values say the same, but for what is counted. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return a === b;
  const keysOf = (value: object) => Object.keys(value).filter((key) => !counted.has(key));
  const [keys, others] = [keysOf(a), keysOf(b)];
  return (
    keys.length === others.length &&
    keys.every((key) => isSame((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
