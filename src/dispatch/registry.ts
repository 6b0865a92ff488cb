// The backends of this machine, created when first asked for.
import type { Backend, BackendInfo, BackendName } from "../backends/backend.js";
import { createJs } from "../backends/js/index.js";
import { createWasm } from "../backends/wasm/index.js";
import { createWebGpu, type WebGpu } from "../backends/webgpu/index.js";
import { forgetFailures } from "./failures.js";

export const backendNames: readonly BackendName[] = ["webgpu", "wasm", "js"];

const create: Record<BackendName, () => Backend> = { js: createJs, wasm: createWasm, webgpu: createWebGpu };
const created = new Map<BackendName, Backend>();

export function backendOf(name: BackendName): Backend {
  const backend = created.get(name) ?? create[name]();
  created.set(name, backend);
  return backend;
}

/** What is known now; before `detectAll` that may be nothing. */
export const describeAll = (): BackendInfo[] => backendNames.map((name) => backendOf(name).describe());

/** Finds out what the backends have to tell. */
export async function detectAll(): Promise<void> {
  await Promise.all(backendNames.map((name) => backendOf(name).detect?.()));
}

/** Whether a backend can hold the calling thread until it is done. */
export const isSync = (name: BackendName): boolean => backendOf(name).prepareSync !== undefined;

/** Puts another webgpu backend, of other options, in the place of the one that is there. */
export function replaceWebGpu(webgpu: WebGpu): void {
  created.get("webgpu")?.dispose();
  created.set("webgpu", webgpu);
  forgetFailures("webgpu");
}
