// The backends of this machine, created when first asked for.
import type { Backend, BackendInfo, BackendName } from "../backends/backend.js";
import { createJs } from "../backends/js/index.js";
import { createWasm } from "../backends/wasm/index.js";
import { createWebGpu } from "../backends/webgpu/index.js";

export const backendNames: readonly BackendName[] = ["webgpu", "wasm", "js"];

const create: Record<BackendName, () => Backend> = { js: createJs, wasm: createWasm, webgpu: createWebGpu };
const created = new Map<BackendName, Backend>();

export function backendOf(name: BackendName): Backend {
  const backend = created.get(name) ?? create[name]();
  created.set(name, backend);
  return backend;
}

export const describeAll = (): BackendInfo[] => backendNames.map((name) => backendOf(name).describe());
