import type { BackendInfo } from "../backends/backend.js";
import { describeAll } from "../dispatch/registry.js";

/**
 * What this machine has to compute with, and why what it has not is missing; the preferred backend first.
 *
 * @example
 * for (const { name, available, detail } of await backends()) console.log(name, available, detail);
 */
export async function backends(): Promise<BackendInfo[]> {
  return describeAll();
}
