// The webgpu backend: WGSL passes on a GPU, float32. Nothing is looked for before it is asked for.
import { HelixError } from "../../errors.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Backend, BackendInfo, Control, Executable, Outcome, Output } from "../backend.js";
import { findDevice, type GpuOptions } from "./device.js";
import { Direct } from "./direct.js";
import { Gpu, type LimitOptions } from "./gpu.js";
import { longest } from "./layout.js";
import { Separable } from "./separable.js";
import { Spectral } from "./spectral.js";
import { Survivor } from "./survivor.js";
import { clearUncomputed } from "./transfer.js";

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
      maxLength: isThere ? longest(gpu.limits) : 0,
      threads: 1,
      simd: false,
      layers: false,
      float64: false,
    };
  }

  async prepare(plan: Plan, kernel: Operand): Promise<Executable> {
    return Survivor.create(() => this.acquire(), build, plan, kernel);
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
    this.searching ??= findDevice(this.options).then(
      (found) => {
        this.gpu = new Gpu(found, this.options.limits);
        return this.gpu;
      },
      (cause: unknown) => {
        this.missing = cause instanceof HelixError ? cause.message : `the GPU's driver failed: ${String(cause)}`;
        throw new HelixError("backend-unavailable", `backend "webgpu" is not available: ${this.missing}; use "auto"`, {
          cause,
        });
      },
    );
    return this.searching;
  }
}

async function build(gpu: Gpu, plan: Plan): Promise<Executable> {
  const { run } = plan;
  switch (run.kind) {
    case "spectral":
      return Spectral.create(gpu, plan, run);
    case "strip":
    case "rows":
      return Direct.create(gpu, plan, run.taps);
    case "tiles":
      throw new Error("a plan of tiles is not for this backend: it says so in its BackendInfo");
    case "zero":
      return new Zero(gpu, plan);
    case "separable":
      return new Separable(gpu, run.between, await Promise.all(run.passes.map((pass) => build(gpu, pass))));
    default:
      return run satisfies never;
  }
}

/** Nothing meets: all outputs are zero. */
class Zero implements Executable {
  constructor(
    private readonly gpu: Gpu,
    private readonly plan: Plan,
  ) {}

  async run(_signal: Operand, out: Output, _control: Control): Promise<Outcome> {
    clearUncomputed(this.gpu, this.plan, out);
    return "done";
  }

  setKernel(): void {}
  dispose(): void {}
}

const labelWithKind = ({ label, software }: Gpu["found"]): string =>
  software ? `${label}; computes in software` : label;
