// Which backend and which plan: a pure function of the problem, of what is available, and of how fast it is.
import { type BackendInfo, type BackendName, executes } from "../backends/backend.js";
import { formatShape, HelixError } from "../errors.js";
import { largestBuffer } from "../plan/buffers.js";
import { candidates, directCandidates } from "../plan/candidates.js";
import { elementBytes, onThreads, withKernelKept } from "../plan/cost.js";
import { type Pass, passesOf } from "../plan/passes.js";
import type { Method, Plan } from "../plan/plan.js";
import { separablePlan } from "../plan/separable.js";
import { kernelSize, outSize, type Problem, signalSize } from "../problem/problem.js";
import { predict, predictTransfers, type Rating } from "./calibration.js";
import type { Failure } from "./failures.js";
import { type GivenPlan, planGiven } from "./given.js";
import { reasonFor } from "./reason.js";

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
  /** Whether the kernel is known to be an outer product, or why it cannot be used as one; undefined: it is not known. */
  separable?: true | string | undefined;
  /** The plan to use, as it is. */
  plan?: GivenPlan | undefined;
  /** The part of the kernel's taps that are not zero, where it has been looked at. */
  filled?: number | undefined;
  /** Whether the kernel's work is done once, for many signals. */
  kernelKept?: boolean | undefined;
  /** What lies in the memory of a backend that has its own, and need not be brought there. */
  resident?: { signal?: boolean; kernel?: boolean; out?: boolean } | undefined;
}

export interface Candidate {
  backend: BackendName;
  plan: Plan;
  /** Predicted seconds. */
  seconds: number;
  /** Those of them in which data goes to the backend and back, if it has a memory of its own. */
  transfers?: number;
  /** Why it cannot be used. */
  rejected?: string;
}

export interface Choice extends Candidate {
  reason: string;
  candidates: Candidate[];
}

/** `failures`: those for which something rests now. */
export function choose(
  problem: Problem,
  available: readonly BackendInfo[],
  rating: Rating,
  wishes: Wishes,
  failures: readonly Failure[] = [],
): Choice {
  checkBackend(available, problem, wishes.backend);
  if (wishes.plan) return chooseGiven(problem, available, rating, wishes, wishes.plan);
  const plans = candidates(problem);
  const passes = passesOf(problem).map((pass) => ({ ...pass, plans: directCandidates(pass.problem) }));
  const all = available.flatMap((info) => {
    const transfers = transfersOf(problem, info, rating, wishes);
    return [
      ...plans.filter((plan) => executes(info, plan)).map((plan) => withThreads(info, plan, rating, wishes)),
      ...inPasses(problem, passes, info, rating, wishes),
    ].map(({ plan, seconds }): Candidate => {
      const rejected = objection(info, plan, wishes, failures);
      return {
        backend: info.name,
        plan,
        seconds: seconds + transfers,
        ...(transfers > 0 && { transfers }),
        ...(rejected !== undefined && { rejected }),
      };
    });
  });
  const usable = all.filter(({ rejected }) => rejected === undefined).sort((a, b) => a.seconds - b.seconds);
  const [best] = usable;
  if (!best) throw failures.length > 0 ? allRest(failures) : nothingFits(problem, all, available, wishes);
  return { ...best, reason: reasonFor(usable, wishes, failures), candidates: all };
}

/** The plan that the caller gives, whatever else there is. */
function chooseGiven(
  problem: Problem,
  available: readonly BackendInfo[],
  rating: Rating,
  wishes: Wishes,
  given: GivenPlan,
): Choice {
  checkBackend(available, problem, given.backend);
  const info = available.find(({ name }) => name === given.backend) as BackendInfo;
  const plan = planGiven(problem, given, info, wishes.threads);
  const rates = rating(info, plan);
  const seconds = predict(plan, rates, plan.threads) + transfersOf(problem, info, rating, wishes);
  const candidate: Candidate = { backend: info.name, plan, seconds };
  const rejected = objection(info, plan, wishes, []);
  if (rejected !== undefined)
    throw new HelixError("option", `a plan that is given must be usable; this one is not: ${rejected}; explain again`, {
      actual: given,
    });
  return { ...candidate, reason: "the plan that was given", candidates: [candidate] };
}

/** Seconds in which data goes to a backend and back; none where it lies there already. */
function transfersOf(problem: Problem, info: BackendInfo, rating: Rating, { resident = {} }: Wishes): number {
  const bytes = (numbers: number, isThere = false) => (isThere ? 0 : numbers * elementBytes(problem));
  const there = bytes(signalSize(problem), resident.signal) + bytes(kernelSize(problem), resident.kernel);
  return predictTransfers({ there, back: bytes(outSize(problem), resident.out) }, rating(info, problem));
}

/** Threads are not worth waking for less than so many seconds, nor unless they take this part of them: another core may have other work. */
const WORTH_THREADS = { alone: 1e-3, part: 0.85 };

/** A plan and its predicted time. */
type Timed = Pick<Candidate, "plan" | "seconds">;

/** The plan for as many threads as are allowed, have work, are worth it and find memory. */
function withThreads(info: BackendInfo, plan: Plan, rating: Rating, wishes: Wishes): Timed {
  const rates = rating(info, plan);
  const kept = wishes.kernelKept ? withKernelKept(plan) : plan;
  const counted = plan.run.kind === "strip" && plan.run.taps === "w" ? withTaps(kept, wishes.filled ?? 1) : kept;
  const alone = predict(counted, rates);
  const threads = Math.min(info.threads, wishes.threads ?? info.threads, plan.cost.tasks);
  if (threads < 2 || alone < WORTH_THREADS.alone) return { plan, seconds: alone };
  const shared = { plan: onThreads(plan, threads), seconds: predict(counted, rates, threads) };
  const isWorthIt = shared.seconds <= WORTH_THREADS.part * alone;
  return isWorthIt && shared.plan.bytes <= limitOf(info, wishes) ? shared : { plan, seconds: alone };
}

/** A strip's plan, of whose taps only a part are not zero: the others are left out. */
const withTaps = (plan: Plan, filled: number): Plan => ({
  ...plan,
  cost: { ...plan.cost, flops: filled * plan.cost.flops },
});

/** Seconds that it takes to see whether a tap is an outer product's, and whether an output is finite. */
const LOOK = { tap: 50e-9, output: 1e-9 };

/**
 * The separable plan, with the fastest plan for each pass that fits into memory; none for kernels that need no passes. Passes are direct
 * sums: an FFT for each would cost as much as one for all, and their float32 errors would add up.
 */
function inPasses(
  problem: Problem,
  passes: readonly (Pass & { plans: Plan[] })[],
  info: BackendInfo,
  rating: Rating,
  wishes: Wishes,
): Timed[] {
  if (passes.length === 0) return [];
  const fastest = passes.map(({ plans }) => {
    const all = plans.filter((plan) => executes(info, plan)).map((plan) => withThreads(info, plan, rating, wishes));
    const fitting = all.filter(({ plan }) => plan.bytes <= limitOf(info, wishes));
    return (fitting.length > 0 ? fitting : all).reduce((a, b) => (b.seconds < a.seconds ? b : a));
  });
  const taps = passes.reduce((product, pass) => product * pass.taps.size, problem.groups);
  const looking = LOOK.tap * taps + LOOK.output * outSize(problem);
  const plan = separablePlan(
    problem,
    passes,
    fastest.map((pass) => pass.plan),
  );
  return [{ plan, seconds: predict(plan, rating(info, plan), plan.threads) + looking }];
}

const UNKNOWN = "whether the kernel is an outer product is in its data, not in its shape";

/** Why a candidate is out, if it is. */
function objection(info: BackendInfo, plan: Plan, wishes: Wishes, failures: readonly Failure[]): string | undefined {
  const { backend, method, exactLength } = wishes;
  if (!info.available) return info.detail;
  if (backend !== "auto" && backend !== info.name) return `backend "${backend}" was asked for`;
  const failure = failures.find((failure) => failure.backend === info.name && plan.bytes >= failure.bytes);
  if (failure && backend === "auto") return `it rests, having failed ${failure.times} times: ${failure.message}`;
  if (method !== "auto" && method !== plan.method && plan.run.kind !== "zero")
    return `method "${method}" was asked for`;
  if (plan.run.kind === "separable" && wishes.separable !== true) return wishes.separable ?? UNKNOWN;
  if (exactLength !== undefined && plan.run.kind === "spectral" && plan.run.length > exactLength)
    return "rounding would not make these integers exact";
  if (plan.precision === "f64" && !info.float64) return "it computes in float32 only";
  if (pointsOf(plan) > info.maxLength)
    return `its transforms have ${pointsOf(plan)} points, and may have ${info.maxLength}`;
  if (largestBuffer(plan) > info.maxBuffer)
    return `needs ${largestBuffer(plan)} bytes in one piece, and may use ${info.maxBuffer}`;
  if (plan.helix > info.maxHelix) return `its helix is ${plan.helix} numbers long, and may have ${info.maxHelix}`;
  if (plan.bytes > limitOf(info, wishes)) return `needs ${plan.bytes} bytes, and may use ${limitOf(info, wishes)}`;
  return undefined;
}

/** Complex points of a plan's transforms. */
const pointsOf = ({ run }: Plan): number =>
  run.kind === "spectral" ? run.length / (run.ring === "negacyclic" ? 2 : 1) : 0;

const limitOf = (info: BackendInfo, { maxMemory }: Wishes): number => Math.min(maxMemory, info.maxBytes);

function checkBackend(available: readonly BackendInfo[], { precision }: Problem, name: BackendName | "auto"): void {
  const info = available.find((candidate) => candidate.name === name);
  if (info?.available && precision === "f64" && !info.float64)
    throw new HelixError(
      "dtype",
      `backend "${name}" computes in float32; these arrays need float64; convert them to Float32Array, or use another backend`,
      { expected: "float32", actual: "float64" },
    );
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

function allRest(failures: readonly Failure[]): HelixError {
  const said = failures.map(({ backend, message }) => `${backend}: ${message}`).join("; ");
  return new HelixError(
    "backend-unavailable",
    `a backend rests for a while after it failed, and of those that do not, none can compute this (${said}); try again later, or ask for a backend by name`,
    { actual: failures.map(({ backend }) => backend) },
  );
}

/** The error for the case that every candidate is out: integers that an FFT cannot carry, a kernel that is not separable, or memory. */
function nothingFits(
  problem: Problem,
  all: readonly Candidate[],
  available: readonly BackendInfo[],
  wishes: Wishes,
): HelixError {
  const unlimited = { ...wishes, maxMemory: Number.POSITIVE_INFINITY };
  const usable = available.map((info) => ({
    ...info,
    maxBytes: Infinity,
    maxHelix: Infinity,
    maxLength: Infinity,
    maxBuffer: Infinity,
  }));
  const tooLarge = all.filter(({ backend, plan }) =>
    usable.some((info) => info.name === backend && objection(info, plan, unlimited, []) === undefined),
  );
  if (tooLarge.length === 0 && wishes.method === "separable") {
    const passes = passesOf(problem);
    const why =
      passes.length === 0 ? "it has fewer than two axes of more than one sample" : (wishes.separable ?? UNKNOWN);
    const shape = formatShape(problem.axes.map(({ w }) => w));
    return new HelixError(
      "option",
      `method "separable" needs a kernel that is, to rounding, an outer product of one vector per axis; along the axes to convolve this one is ${shape}, and ${why}; use method "auto"`,
      { expected: "an outer product", actual: problem.axes.map(({ w }) => w) },
    );
  }
  if (!all.some(({ plan }) => plan.method === wishes.method || wishes.method === "auto"))
    return new HelixError(
      "option",
      `method "${wishes.method}" needs a problem of more than one block; of (${problem.axes.map(({ x }) => x)}) with (${problem.axes.map(({ w }) => w)}) all fits into one; use method "fft", or "auto"`,
      { actual: wishes.method },
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
  if (least.plan.bytes <= limit)
    return new HelixError(
      "out-of-memory",
      `a plan on ${info.name} can count ${info.maxHelix} numbers along a helix; this problem's has ${least.plan.helix}; use backend "js", or split the problem along an axis`,
      { expected: info.maxHelix, actual: least.plan.helix },
    );
  return new HelixError(
    "out-of-memory",
    `a plan on ${info.name} must fit into ${limit} bytes; the smallest for this problem needs ${least.plan.bytes}; ${
      limit === wishes.maxMemory ? "raise maxMemory, or " : ""
    }split the problem along an axis`,
    { expected: limit, actual: least.plan.bytes },
  );
}
