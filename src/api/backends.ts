import type { BackendInfo } from "../backends/backend.js";
import { allFailures } from "../dispatch/failures.js";
import { describeAll, detectAll } from "../dispatch/registry.js";

/** A backend, and what it last failed at, until it works again. */
export interface BackendReport extends BackendInfo {
  /** `restsFor`: seconds in which it is not tried again; plans that need fewer `bytes` still are. */
  failure?: { message: string; times: number; bytes: number; restsFor: number };
}

/**
 * What this machine has to compute with, and why what it has not is missing; the preferred backend first. Looks for a GPU,
 * for 3 s at most, when it is called for the first time. What has failed says at what, and how long it rests for it.
 *
 * @example
 * for (const { name, available, detail } of await backends()) console.log(name, available, detail);
 */
export async function backends(): Promise<BackendReport[]> {
  await detectAll();
  return describeAll().map((info) => {
    const failure = allFailures().find(({ backend }) => backend === info.name);
    if (!failure) return info;
    const { message, times, bytes, until } = failure;
    return { ...info, failure: { message, times, bytes, restsFor: Math.max(0, (until - performance.now()) / 1000) } };
  });
}
