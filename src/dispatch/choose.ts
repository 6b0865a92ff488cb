// Which backend and which plan: a pure function of the problem, of what is available, and of how fast it is.
import type { BackendInfo, BackendName } from "../backends/backend.js";
import { HelixError } from "../errors.js";
import { candidates } from "../plan/candidates.js";
import type { Method, Plan } from "../plan/plan.js";
import type { Problem } from "../problem/problem.js";
import { type Calibration, predict } from "./calibration.js";

/** What a caller asks for. */
export interface Wishes {
  backend: BackendName | "auto";
  method: Method | "auto";
  /** The most threads that may be used; undefined: as many as the machine runs at once. */
  threads?: number | undefined;
  /** Bytes of working memory that may be used. */
  maxMemory: number;
  /** The largest length of a transform whose rounded result is exact; only for integers. */
  exactLength?: number | undefined;
}

export interface Candidate {
  backend: BackendName;
  plan: Plan;
  /** Predicted seconds. */
  seconds: number;
  /** Why it cannot be used. */
  rejected?: string;
}

export interface Choice extends Candidate {
  reason: string;
  candidates: Candidate[];
}

export function choose(
  problem: Problem,
  available: readonly BackendInfo[],
  calibration: Calibration,
  wishes: Wishes,
): Choice {
  checkBackend(available, wishes.backend);
  const plans = candidates(problem);
  const all = available.flatMap((info) =>
    plans.map((plan): Candidate => {
      const rejected = objection(info, plan, wishes);
      const candidate = { backend: info.name, ...withThreads(info, plan, calibration, wishes) };
      return rejected === undefined ? candidate : { ...candidate, rejected };
    }),
  );
  const usable = all.filter(({ rejected }) => rejected === undefined).sort((a, b) => a.seconds - b.seconds);
  const [best, second] = usable;
  if (!best) throw nothingFits(all, available, wishes);
  return { ...best, reason: reasonFor(best, second, wishes), candidates: all };
}

/** Below this, waking threads is not worth it, s. */
const WORTH_THREADS = 1e-3;

/** The plan for as many threads as are allowed, have work and are worth it. */
function withThreads(
  info: BackendInfo,
  plan: Plan,
  calibration: Calibration,
  wishes: Wishes,
): { plan: Plan; seconds: number } {
  const rates = calibration(info, plan);
  const alone = predict(plan, rates);
  const threads = Math.min(info.threads, wishes.threads ?? info.threads, plan.cost.tasks);
  if (threads < 2 || alone < WORTH_THREADS) return { plan, seconds: alone };
  return { plan: { ...plan, threads }, seconds: predict(plan, rates, threads) };
}

/** Why a candidate is out, if it is. */
function objection(info: BackendInfo, plan: Plan, wishes: Wishes): string | undefined {
  const { backend, method, exactLength } = wishes;
  if (!info.available) return info.detail;
  if (backend !== "auto" && backend !== info.name) return `backend "${backend}" was asked for`;
  if (method !== "auto" && method !== plan.method && plan.run.kind !== "zero")
    return `method "${method}" was asked for`;
  if (exactLength !== undefined && plan.run.kind === "spectral" && plan.run.length > exactLength)
    return "rounding would not make these integers exact";
  if (!Number.isSafeInteger(plan.helix)) return "its helix is longer than 2^53";
  if (plan.bytes > limitOf(info, wishes)) return `needs ${plan.bytes} bytes, and may use ${limitOf(info, wishes)}`;
  return undefined;
}

const limitOf = (info: BackendInfo, { maxMemory }: Wishes): number => Math.min(maxMemory, info.maxBytes);

function checkBackend(available: readonly BackendInfo[], name: BackendName | "auto"): void {
  const info = available.find((candidate) => candidate.name === name);
  if (name === "auto" || info?.available) return;
  throw new HelixError(
    "backend-unavailable",
    `backend "${name}" must be available to be asked for; it is not: ${info?.detail ?? "unknown"}; use "auto", or one of ${available
      .filter((other) => other.available)
      .map((other) => other.name)
      .join(", ")}`,
    { actual: name },
  );
}

/** The error for the case that every candidate is out: integers that an FFT cannot carry, or memory. */
function nothingFits(all: readonly Candidate[], available: readonly BackendInfo[], wishes: Wishes): HelixError {
  const unlimited = { ...wishes, maxMemory: Number.POSITIVE_INFINITY };
  const usable = available.map((info) => ({ ...info, maxBytes: Number.POSITIVE_INFINITY }));
  const tooLarge = all.filter(({ backend, plan }) =>
    usable.some((info) => info.name === backend && objection(info, plan, unlimited) === undefined),
  );
  if (tooLarge.length === 0)
    return new HelixError(
      "option",
      'integer arrays give exact results, and an FFT of these could not be rounded to them; use method "auto" or "direct", or convert to float64',
      { expected: "direct", actual: wishes.method },
    );
  const least = tooLarge.reduce((a, b) => (b.plan.bytes < a.plan.bytes ? b : a));
  const info = available.find(({ name }) => name === least.backend) as BackendInfo;
  const limit = limitOf(info, wishes);
  return new HelixError(
    "out-of-memory",
    `a plan on ${info.name} must fit into ${limit} bytes; the smallest for this problem needs ${least.plan.bytes}; ${
      limit === wishes.maxMemory ? "raise maxMemory, or " : ""
    }split the problem along an axis`,
    { expected: limit, actual: least.plan.bytes },
  );
}

function reasonFor(best: Candidate, second: Candidate | undefined, { backend, method }: Wishes): string {
  const asked = [backend !== "auto" && `backend "${backend}"`, method !== "auto" && `method "${method}"`]
    .filter(Boolean)
    .join(" and ");
  const what = asked ? `fastest with ${asked}, which was asked for` : "fastest of the candidates";
  if (!second) return `only one: ${what}`;
  return `${what}: predicted ${(second.seconds / best.seconds).toPrecision(2)}x faster than ${second.backend} ${second.plan.run.kind}`;
}
