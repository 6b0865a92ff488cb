// Which GPU computes.

import type { WebGpu } from "../backends/webgpu/index.js";
import { createWebGpu } from "../backends/webgpu/index.js";
import { backendOf, replaceWebGpu } from "../dispatch/registry.js";

/**
 * The GPUDevice that backend "webgpu" computes on: the one to create the buffers of a GpuArray with. It is looked for if it has not been.
 *
 * @throws HelixError "backend-unavailable"
 * @example
 * const gpu = (await device()) as GPUDevice;
 */
export async function device(): Promise<unknown> {
  return (await (backendOf("webgpu") as WebGpu).acquire()).device;
}

/**
 * Makes backend "webgpu" compute on a GPUDevice of the caller's, which is never destroyed by this library. Whether it computes in software
 * is not asked. What was prepared on another device before is no longer usable.
 */
export function useDevice(device: unknown): void {
  replaceWebGpu(createWebGpu({ device: device as GPUDevice }));
}
