// choose() for this machine, remembered by problem and wishes as long as what is known of the machine stays the same.

import type { Problem } from "../problem/problem.js";
import { type Choice, choose, type Wishes } from "./choose.js";
import { resting, restingEpoch } from "./failures.js";
import { currentRating, generation, lookUp } from "./known.js";
import { measureWhenIdle } from "./measure.js";
import { describeAll } from "./registry.js";

const REMEMBER = 256;
const decisions = new Map<string, Choice>();
let decidedBy = "";

/** What takes less time by the default rates does not make this machine's own be looked up, s; nor, if there are none, measured. */
const WORTH_LOOKING = 5e-3;
const WORTH_MEASURING = 20e-3;

export function decide(problem: Problem, wishes: Wishes): Choice {
  const now = performance.now();
  if (decidedBy !== circumstances(now)) decisions.clear();
  decidedBy = circumstances(now);
  const key = keyOf(problem, wishes);
  const found = decisions.get(key);
  if (found) return found;
  const choice = decideAnew(problem, wishes, now);
  if (decidedBy !== circumstances(now)) decisions.clear();
  decidedBy = circumstances(now);
  if (decisions.size >= REMEMBER) decisions.delete(decisions.keys().next().value as string);
  decisions.set(key, choice);
  return choice;
}

function decideAnew(problem: Problem, wishes: Wishes, now: number): Choice {
  const before = generation();
  const choice = choose(problem, describeAll(), currentRating(), wishes, resting(now));
  if (choice.seconds < WORTH_LOOKING) return choice;
  if (!lookUp() && choice.seconds > WORTH_MEASURING) void measureWhenIdle();
  return generation() === before ? choice : choose(problem, describeAll(), currentRating(), wishes, resting(now));
}

/** Differs when the same question may have another answer. */
const circumstances = (now: number): string => `${generation()} ${restingEpoch(now)}`;

/** Everything that a choice depends on; JSON would take several times as long. */
function keyOf({ axes, conj, precision, field, batch, groups, cin, cout }: Problem, wishes: Wishes): string {
  const { backend, method, threads, maxMemory, exactLength, separable, plan, resident } = wishes;
  let key = `${precision} ${field} ${conj.x} ${conj.w} ${batch} ${groups} ${cin} ${cout}`;
  for (const { x, w, u, v, lo, step, count } of axes) key += `;${x},${w},${u},${v},${lo},${step},${count}`;
  key += `|${backend} ${method} ${threads} ${maxMemory} ${exactLength} ${separable}`;
  return plan || resident ? key + JSON.stringify([plan, resident]) : key;
}
