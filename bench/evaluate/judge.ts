// How many times as long as the best measured plan the chosen one takes.
import { defaultRates, predict, type Rating } from "../../src/dispatch/calibration.js";
import { choose } from "../../src/dispatch/choose.js";
import { candidates } from "../../src/plan/candidates.js";
import type { Plan } from "../../src/plan/plan.js";
import type { Problem } from "../../src/problem/problem.js";
import { info } from "../planTimes.js";
import type { TimedPlan } from "./measure.js";

/** A problem's measurements; and once more, where the first ones made the choice look bad. */
export interface Case {
  seed: number;
  problem: Problem;
  timed: TimedPlan[];
  again?: TimedPlan[];
}

/** NaN where the chosen plan was not measured. `threads`: the most; undefined: all. */
export function lossOf(problem: Problem, timed: readonly TimedPlan[], rating: Rating, threads?: number): number {
  const { plan } = choose(problem, [info], rating, { backend: "auto", method: "auto", threads, maxMemory: 2 ** 53 });
  const eligible = timed.filter((entry) => threads === undefined || entry.threads <= threads);
  const chosen = eligible.find((entry) => isSame(entry, plan));
  return (chosen?.seconds ?? Number.NaN) / Math.min(...eligible.map(({ seconds }) => seconds));
}

const isSame = (a: Pick<Plan, "threads" | "outer" | "run">, b: Plan): boolean =>
  a.threads === b.threads && a.outer === b.outer && JSON.stringify(a.run) === JSON.stringify(b.run);

/** The same for a method that is always taken, on one thread; by what is predicted where that was too slow to be measured. */
export function lossOfAlways({ problem, timed }: Case, kind: "strip" | "spectral"): number {
  const alone = timed.filter(({ threads }) => threads === 1);
  const best = Math.min(...alone.map(({ seconds }) => seconds));
  const plan = candidates(problem).find(
    ({ run, outer, method }) => run.kind === kind && outer === 0 && method !== "overlap-save",
  ) as Plan;
  const found = alone.find((entry) => isSame(entry, plan) && !entry.isSpotCheck);
  return Math.max(1, (found?.seconds ?? predict(plan, defaultRates(info, plan))) / best);
}

/** A line: the geometric mean, what 95 of 100 stay within, and the worst. */
export function summary(title: string, losses: readonly number[]): string {
  const sorted = losses.filter(Number.isFinite).toSorted((a, b) => a - b);
  const mean = Math.exp(sorted.reduce((sum, loss) => sum + Math.log(loss), 0) / sorted.length);
  const at = (part: number) => (sorted[Math.ceil(part * sorted.length) - 1] as number).toFixed(2);
  const missing = losses.length - sorted.length;
  return `${title.padEnd(52)} ${mean.toFixed(3)}x, 95th percentile ${at(0.95)}, worst ${at(1)}${missing ? `; ${missing} not measured` : ""}`;
}
