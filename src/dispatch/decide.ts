// choose() for this machine, remembered by problem and wishes as long as what is known of the machine stays the same.

import type { BackendInfo } from "../backends/backend.js";
import { HelixError } from "../errors.js";
import { kernelSize, outSize, type Problem } from "../problem/problem.js";
import { type Choice, choose, type Wishes } from "./choose.js";
import { resting, restingEpoch } from "./failures.js";
import { currentRating, generation, lookUp } from "./known.js";
import { measureWhenIdle } from "./measure.js";
import { backendNames, backendOf, describeAll, detectAll, isSync } from "./registry.js";

const REMEMBER = 256;
const decisions = new Map<string, Choice>();
let decidedBy = "";

/** What takes less time by the default rates does not make this machine's own be looked up, s; nor, if there are none, measured. */
const WORTH_LOOKING_UP = 5e-3;
const WORTH_MEASURING = 20e-3;

/** Among all backends, or those that can hold the calling thread until they are done. */
export type Among = "all" | "sync";

/** The choice, by what is known of the machine now. */
export function decide(problem: Problem, wishes: Wishes, among: Among = "all"): Choice {
  const asked = wishes.plan?.backend ?? wishes.backend;
  if (among === "sync" && asked !== "auto" && !isSync(asked))
    throw new HelixError(
      "option",
      `backend "${asked}" computes while the caller goes on, and a synchronous call cannot; use the async call, or another backend`,
      { actual: asked },
    );
  const now = performance.now();
  if (decidedBy !== circumstances(now)) decisions.clear();
  decidedBy = circumstances(now);
  const key = `${among} ${keyOf(problem, wishes)}`;
  const found = decisions.get(key);
  if (found) return found;
  const choice = decideAnew(problem, wishes, among, now);
  if (decidedBy !== circumstances(now)) decisions.clear();
  decidedBy = circumstances(now);
  if (decisions.size >= REMEMBER) decisions.delete(decisions.keys().next().value as string);
  decisions.set(key, choice);
  return choice;
}

function decideAnew(problem: Problem, wishes: Wishes, among: Among, now: number): Choice {
  const asked = wishes.plan?.backend ?? wishes.backend;
  // A GPU is optional: where there is none it is no candidate, unless it was asked for.
  const isCandidate = ({ name, available }: BackendInfo) => available || name === asked || isSync(name);
  const infos = describeAll().filter((info) => (among === "all" || isSync(info.name)) && isCandidate(info));
  const failures = resting(now).filter(({ backend }) => infos.some(({ name }) => name === backend));
  const before = generation();
  const choice = choose(problem, infos, currentRating(), wishes, failures);
  if (choice.seconds < WORTH_LOOKING_UP) return choice;
  lookUp();
  if (choice.seconds > WORTH_MEASURING) void measureWhenIdle();
  return generation() === before ? choice : choose(problem, infos, currentRating(), wishes, failures);
}

/** Differs when the same question may have another answer: by other rates, other failures, or another GPU. */
const circumstances = (now: number): string => `${generation()} ${restingEpoch(now)} ${gpus()}`;

function gpus(): string {
  let found = "";
  for (const name of backendNames) {
    if (isSync(name)) continue;
    const { available, detail } = backendOf(name).describe();
    found += ` ${available} ${detail}`;
  }
  return found;
}

/** Everything that a choice depends on; JSON would take several times as long. */
function keyOf({ axes, conj, precision, field, batch, groups, cin, cout }: Problem, wishes: Wishes): string {
  const { backend, method, threads, maxMemory, exactLength, separable, plan, resident, kernelKept, filled } = wishes;
  let key = `${precision} ${field} ${conj.x} ${conj.w} ${batch} ${groups} ${cin} ${cout}`;
  for (const { x, w, u, v, lo, step, count } of axes) key += `;${x},${w},${u},${v},${lo},${step},${count}`;
  key += `|${backend} ${method} ${threads} ${maxMemory} ${exactLength} ${separable} ${kernelKept ?? false} ${filled ?? 1}`;
  return plan || resident ? key + JSON.stringify([plan, resident]) : key;
}

/** What the backends at hand do in less time is not worth looking for a GPU, s; nor, without asking, what takes so few multiplications at most. */
const WORTH_LOOKING = 10e-3;
const FEW = 2 ** 18;

/** Looks for a GPU, if it could matter to the choice. */
export async function look(problem: Problem, wishes: Wishes): Promise<void> {
  const backend = wishes.plan?.backend ?? wishes.backend;
  if (backend === "webgpu") await backendOf(backend).detect?.();
  else if (backend === "auto" && problem.precision === "f32" && multiplications(problem) > FEW)
    if (quickest(problem, wishes) > WORTH_LOOKING) await detectAll();
}

/** By direct sums. */
const multiplications = (problem: Problem): number =>
  (outSize(problem) * kernelSize(problem)) / (problem.groups * problem.cout);

function quickest(problem: Problem, wishes: Wishes): number {
  try {
    return decide(problem, { ...wishes, separable: true }, "sync").seconds;
  } catch {
    // What does not fit here may fit there.
    return Number.POSITIVE_INFINITY;
  }
}
