// The webgpu backend: WGSL passes on a GPU, float32. Nothing is looked for before it is asked for, and what computes is loaded once a GPU
// is found.
import { HelixError } from "../../errors.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Backend, BackendInfo, DeviceMemory, Executable } from "../backend.js";
import { type Found, findDevice, type GpuOptions } from "./device.js";
import type { Gpu, LimitOptions } from "./gpu.js";

/** WebGPU does not say how much memory a GPU has; what is too much fails when it is tried. */
const MAX_BYTES = 2 ** 40;

export interface WebGpuOptions extends GpuOptions {
  /** Work is split as if the device had no more than this. */
  limits?: LimitOptions;
}

export function createWebGpu(options: WebGpuOptions = {}): WebGpu {
  return new WebGpu(options);
}

export class WebGpu implements Backend {
  readonly name = "webgpu";
  private gpu: Gpu | undefined;
  private searching: Promise<Gpu> | undefined;
  /** Why there is no GPU. */
  private missing = "not looked for yet";

  constructor(private readonly options: WebGpuOptions) {}

  /** Looks for a GPU, once; does not fail. */
  async detect(): Promise<void> {
    await this.acquire().catch(() => {});
  }

  describe(): BackendInfo {
    const gpu = this.gpu;
    const isThere = gpu !== undefined && gpu.lost === undefined;
    // One literal: spreading what is common into another takes 15 µs, and every asynchronous call asks.
    return {
      name: this.name,
      available: isThere,
      detail: isThere ? labelWithKind(gpu.found) : gpu ? `the GPU was lost: ${gpu.lost}` : this.missing,
      maxBytes: isThere ? MAX_BYTES : 0,
      maxBuffer: isThere ? gpu.limits.binding : 0,
      maxHelix: isThere ? 2 ** 31 - 1 : 0,
      maxLength: isThere ? gpu.longest : 0,
      threads: 1,
      simd: false,
      layers: false,
      float64: false,
    };
  }

  async prepare(plan: Plan, kernel: Operand): Promise<Executable> {
    const { prepareOn } = await engine();
    return prepareOn(() => this.acquire(), plan, kernel);
  }

  async memory(): Promise<DeviceMemory> {
    const { memoryOf } = await engine();
    return memoryOf(await this.acquire());
  }

  /** Frees the device and everything on it; what is prepared fails from now on. */
  dispose(): void {
    this.gpu?.dispose();
    this.gpu = undefined;
    this.searching = undefined;
  }

  /** The GPU; another one after it is lost, unless it was the caller's. */
  async acquire(): Promise<Gpu> {
    if (this.gpu?.lost !== undefined) {
      if (!this.gpu.found.own) throw this.gpu.lostError();
      this.dispose();
    }
    this.searching ??= this.find().then(
      (gpu) => {
        this.gpu = gpu;
        return gpu;
      },
      (cause: unknown) => {
        this.missing = cause instanceof HelixError ? cause.message : `the GPU could not be set up: ${String(cause)}`;
        throw new HelixError("backend-unavailable", `backend "webgpu" is not available: ${this.missing}; use "auto"`, {
          cause,
        });
      },
    );
    return this.searching;
  }

  private async find(): Promise<Gpu> {
    const found = await findDevice(this.options);
    try {
      const { Gpu } = await engine();
      return new Gpu(found, this.options.limits);
    } catch (error) {
      if (found.own) found.device.destroy();
      throw error;
    }
  }
}

const engine = () => import("./engine.js");

const labelWithKind = ({ label, software }: Found): string => (software ? `${label}; computes in software` : label);
