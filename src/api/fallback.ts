// When a backend fails at what it should be able to do, the next best computes. That is never silent: the caller is told, or else the console is.
import type { BackendName } from "../backends/backend.js";
import type { Choice, Wishes } from "../dispatch/choose.js";
import { isFailure, recordFailure } from "../dispatch/failures.js";
import type { Method } from "../plan/plan.js";

/** What `onFallback` is told. */
export interface Fallback {
  /** What failed, and with which error. */
  backend: BackendName;
  method: Method;
  error: Error;
  /** What computes instead. */
  next: { backend: BackendName; method: Method };
}

/**
 * What is chosen after a failure, which is remembered, so that the backend rests for a while. Throws the error where it is not the backend's,
 * where the caller asked for just this backend or plan, and where nothing is left.
 */
export function chooseInstead<Chosen extends { choice: Choice }>(
  error: unknown,
  { backend, plan }: Choice,
  wishes: Wishes,
  choose: () => Chosen,
  onFallback: ((fallback: Fallback) => void) | undefined,
): Chosen {
  if (!isFailure(error) || wishes.backend !== "auto" || wishes.plan) throw error;
  recordFailure(backend, plan, error, performance.now());
  let chosen: Chosen;
  try {
    chosen = choose();
  } catch {
    throw error;
  }
  const { choice } = chosen;
  const next = { backend: choice.backend, method: choice.plan.method };
  if (onFallback) onFallback({ backend, method: plan.method, error, next });
  else console.warn(`helixconv: ${backend} failed, and ${next.backend} ${next.method} takes over: ${error.message}`);
  return chosen;
}
