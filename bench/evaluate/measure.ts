// What the plans of a problem take here: direct sums, one FFT with every number of axes apart, and overlap-save in every length, on one thread and on all.
import { defaultRates, predict } from "../../src/dispatch/calibration.js";
import { candidates } from "../../src/plan/candidates.js";
import { onThreads } from "../../src/plan/cost.js";
import { describePlan } from "../../src/plan/explain.js";
import type { Plan } from "../../src/plan/plan.js";
import type { Problem } from "../../src/problem/problem.js";
import { Random } from "../../test/random.js";
import { arraysFor, info, timeOnce, timePlans } from "../planTimes.js";

/** What is predicted to take more times the best, or more seconds, is dropped; but a part of that is run all the same, each for so long, s, at most. */
const PATIENCE = 10;
const SECONDS = 2;
const SPOT_CHECK = 0.05;
const LONGEST = 60;
/** A spot check has taken long enough when it has taken so many times the best, and so many seconds. */
const BEATEN = { times: 2, seconds: 0.1 };

export type TimedPlan = Pick<Plan, "threads" | "run" | "outer" | "cost"> & {
  label: string;
  seconds: number;
  /** Not among those that are worth measuring: run once, by chance. */
  isSpotCheck?: true;
};

export async function measure(problem: Problem, seed: number): Promise<TimedPlan[]> {
  const arrays = arraysFor(problem);
  const plans = candidates(problem).flatMap((plan) => {
    const threads = Math.min(info.threads, plan.cost.tasks);
    return threads > 1 ? [plan, onThreads(plan, threads)] : [plan];
  });
  const predicted = plans.map((plan) => predict(plan, defaultRates(info, plan), plan.threads));
  const best = Math.min(...predicted);
  const isWorthIt = plans.map((_, k) => (predicted[k] as number) <= Math.max(best, Math.min(PATIENCE * best, SECONDS)));
  const measured = plans.filter((_, k) => isWorthIt[k]);
  const seconds = await timePlans(measured, arrays);
  const random = new Random(seed + 7);
  const enough = Math.min(LONGEST, Math.max(BEATEN.seconds, BEATEN.times * Math.min(...seconds)));
  const checked = plans.filter((_, k) => !isWorthIt[k] && random.chance(SPOT_CHECK));
  return [
    ...measured.map((plan, k) => timed(plan, seconds[k] as number)),
    ...checked.map((plan) => ({ ...timed(plan, timeOnce(plan, arrays, enough)), isSpotCheck: true as const })),
  ];
}

const timed = (plan: Plan, seconds: number): TimedPlan => ({
  label: `${describePlan(plan)} x${plan.threads}`,
  seconds,
  threads: plan.threads,
  run: plan.run,
  outer: plan.outer,
  cost: plan.cost,
});
