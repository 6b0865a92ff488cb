import type { BackendInfo } from "../backends/backend.js";
import { describeAll, detectAll } from "../dispatch/registry.js";

/**
 * What this machine has to compute with, and why what it has not is missing; the preferred backend first. Looks for a GPU,
 * for 3 s at most, when it is called for the first time.
 *
 * @example
 * for (const { name, available, detail } of await backends()) console.log(name, available, detail);
 */
export async function backends(): Promise<BackendInfo[]> {
  await detectAll();
  return describeAll();
}
