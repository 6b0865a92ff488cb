// choose() for this machine, remembered by problem, wishes and what there is to choose from.

import type { BackendInfo } from "../backends/backend.js";
import { HelixError } from "../errors.js";
import type { Problem } from "../problem/problem.js";
import { type Calibration, defaultRates } from "./calibration.js";
import { type Choice, choose, type Wishes } from "./choose.js";
import { backendOf, describeAll, detectAll, isSync } from "./registry.js";

const REMEMBER = 64;
const decisions = new Map<string, Choice>();
const calibration: Calibration = defaultRates;

/** Among all backends, or those that can hold the calling thread until they are done. */
export type Among = "all" | "sync";

/** The choice, by what is known of the machine now. */
export function decide(problem: Problem, wishes: Wishes, among: Among = "all"): Choice {
  const { backend } = wishes;
  if (among === "sync" && backend !== "auto" && !isSync(backend))
    throw new HelixError(
      "option",
      `backend "${backend}" computes while the caller goes on, and a synchronous call cannot; use the async call, or another backend`,
      { actual: backend },
    );
  // A GPU is optional: where there is none it is no candidate, unless it was asked for.
  const isCandidate = ({ name, available }: BackendInfo) => available || name === backend || isSync(name);
  const infos = describeAll().filter((info) => (among === "all" || isSync(info.name)) && isCandidate(info));
  const key = JSON.stringify([problem, wishes, infos]);
  const found = decisions.get(key);
  if (found) return found;
  const choice = choose(problem, infos, calibration, wishes);
  if (decisions.size >= REMEMBER) decisions.delete(decisions.keys().next().value as string);
  decisions.set(key, choice);
  return choice;
}

/** What the backends at hand do in less time is not worth looking for a GPU, s. */
const WORTH_LOOKING = 10e-3;

/** Looks for a GPU, if it could matter to the choice. */
export async function look(problem: Problem, wishes: Wishes): Promise<void> {
  const { backend } = wishes;
  if (backend === "webgpu") await backendOf(backend).detect?.();
  else if (backend === "auto" && problem.precision === "f32" && quickest(problem, wishes) > WORTH_LOOKING)
    await detectAll();
}

function quickest(problem: Problem, wishes: Wishes): number {
  try {
    return decide(problem, { ...wishes, separable: true }, "sync").seconds;
  } catch {
    // What does not fit here may fit there.
    return Number.POSITIVE_INFINITY;
  }
}
