// choose() for this machine, remembered by problem and wishes.

import type { Problem } from "../problem/problem.js";
import { type Calibration, defaultRates } from "./calibration.js";
import { type Choice, choose, type Wishes } from "./choose.js";
import { describeAll } from "./registry.js";

const REMEMBER = 64;
const decisions = new Map<string, Choice>();
const calibration: Calibration = defaultRates;

export function decide(problem: Problem, wishes: Wishes): Choice {
  const key = JSON.stringify([problem, wishes]);
  const found = decisions.get(key);
  if (found) return found;
  const choice = choose(problem, describeAll(), calibration, wishes);
  if (decisions.size >= REMEMBER) decisions.delete(decisions.keys().next().value as string);
  decisions.set(key, choice);
  return choice;
}
