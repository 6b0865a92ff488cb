// What concerns GPUs alone: helixconv/webgpu.
export { device, useDevice } from "./api/device.js";
export type { GpuArray } from "./api/gpuArray.js";
