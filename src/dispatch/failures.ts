// What backends failed at, and how long they rest for it: one second, and twice as long after each further failure. What failed for want
// of memory concerns only plans that need as much; anything else, the whole backend.
import type { BackendName } from "../backends/backend.js";
import { HelixError } from "../errors.js";
import type { Plan } from "../plan/plan.js";

export interface Failure {
  backend: BackendName;
  /** What it said. */
  message: string;
  /** How often it has failed since it last worked. */
  times: number;
  /** Plans that need at least so many bytes are concerned. */
  bytes: number;
  /** Until when those are no candidates, ms of performance.now(). */
  until: number;
}

const FIRST = 1000;
const LONGEST = 600_000;

const failures = new Map<BackendName, Failure>();
let changes = 0;

/** Whether an error is the backend's own: not the caller's, and none that every backend would have. */
export function isFailure(error: unknown): error is Error {
  if (error instanceof HelixError) return ["device-lost", "out-of-memory", "backend-unavailable"].includes(error.code);
  return error instanceof Error;
}

export function recordFailure(backend: BackendName, plan: Plan, error: Error, now: number): Failure {
  const code = error instanceof HelixError ? error.code : undefined;
  const times = (failures.get(backend)?.times ?? 0) + 1;
  const rest = Math.min(LONGEST, FIRST * 2 ** (times - 1));
  const failure: Failure = {
    backend,
    message: error.message,
    times,
    bytes: code === "out-of-memory" || error instanceof RangeError ? plan.bytes : 0,
    until: now + rest,
  };
  failures.set(backend, failure);
  changes++;
  return failure;
}

/** A backend works, with as much memory as a plan needs: what it failed at before is over. */
export function recordSuccess(backend: BackendName, plan: Plan): void {
  const failure = failures.get(backend);
  if (failure && plan.bytes >= failure.bytes) forgetFailures(backend);
}

/** Another device, or another state of the same, is not to blame for what was before. */
export function forgetFailures(backend: BackendName): void {
  if (failures.delete(backend)) changes++;
}

/** All that is not over. */
export const allFailures = (): readonly Failure[] => [...failures.values()];

/** Those that rest. */
export const resting = (now: number): readonly Failure[] =>
  failures.size === 0 ? none : allFailures().filter(({ until }) => until > now);

const none: readonly Failure[] = [];

/** Whether a plan is not to be tried now. */
export const rests = (backend: BackendName, plan: Plan, now: number): boolean =>
  resting(now).some((failure) => failure.backend === backend && plan.bytes >= failure.bytes);

/** Differs whenever other plans rest. */
export const restingEpoch = (now: number): string =>
  failures.size === 0 ? `${changes}` : `${changes} ${resting(now).map(({ backend }) => backend)}`;
