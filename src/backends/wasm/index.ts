// The wasm backend: assembly/ compiled for float32 and float64, each with SIMD and without. Nothing is compiled before it is needed.
import f32Fma from "../../../build/wasm/f32-fma.wasm";
import f32Scalar from "../../../build/wasm/f32-scalar.wasm";
import f32Simd from "../../../build/wasm/f32-simd.wasm";
import f64Fma from "../../../build/wasm/f64-fma.wasm";
import f64Scalar from "../../../build/wasm/f64-scalar.wasm";
import f64Simd from "../../../build/wasm/f64-simd.wasm";
import { HelixError } from "../../errors.js";
import type { Plan } from "../../plan/plan.js";
import type { Operand } from "../../problem/problem.js";
import type { Backend, BackendInfo, Executable } from "../backend.js";
import { Zero } from "../zero.js";
import { Instance, MAX_BYTES } from "./instance.js";
import { Rows } from "./rows.js";
import { Spectral } from "./spectral.js";
import { Strip } from "./strip.js";

type Precision = Plan["precision"];

/** From the fastest: relaxed SIMD has fused multiply-adds. */
export type Build = "fma" | "simd" | "scalar";
const builds: Record<Build, Record<Precision, string>> = {
  fma: { f32: f32Fma, f64: f64Fma },
  simd: { f32: f32Simd, f64: f64Simd },
  scalar: { f32: f32Scalar, f64: f64Scalar },
};
const buildNames: readonly Build[] = ["fma", "simd", "scalar"];
const details: Record<Build, string> = {
  fma: "SIMD with fused multiply-adds",
  simd: "SIMD",
  scalar: "scalar: no SIMD in this engine",
};

/** Instances whose memory is at most this large wait for reuse, at most so many. */
const KEEP_BYTES = 64 * 2 ** 20;
const KEEP = 4;

export interface WasmOptions {
  /** The best build to use; default "fma", where the engine has it. */
  build?: Build;
}

export function createWasm(options: WasmOptions = {}): Backend {
  return new Wasm(options.build ?? "fma");
}

class Wasm implements Backend {
  readonly name = "wasm";
  private readonly modules = new Map<Precision, WebAssembly.Module>();
  private idle: Instance[] = [];
  private chosen: Build | undefined;

  constructor(private readonly best: Build) {}

  describe(): BackendInfo {
    const available = typeof WebAssembly === "object";
    const build = available ? this.build() : "scalar";
    const detail = available ? details[build] : "this engine has no WebAssembly";
    return { name: this.name, available, detail, maxBytes: MAX_BYTES, threads: 1, simd: build !== "scalar" };
  }

  async prepare(plan: Plan, kernel: Operand): Promise<Executable> {
    return this.prepareSync(plan, kernel);
  }

  prepareSync(plan: Plan, kernel: Operand): Executable {
    if (plan.run.kind === "zero") return new Zero();
    let instance: Instance | undefined = this.acquire(plan.precision);
    const release = () => {
      if (instance) this.release(instance);
      instance = undefined;
    };
    try {
      const executable = executableOf(plan, instance, release);
      executable.setKernel(kernel);
      return executable;
    } catch (error) {
      release();
      throw error;
    }
  }

  dispose(): void {
    this.idle = [];
    this.modules.clear();
  }

  private acquire(precision: Precision): Instance {
    const found = this.idle.findIndex((instance) => instance.precision === precision);
    return this.idle.splice(found, found < 0 ? 0 : 1)[0] ?? new Instance(this.module(precision), precision);
  }

  private release(instance: Instance): void {
    instance.release();
    if (instance.bytes <= KEEP_BYTES && this.idle.length < KEEP) this.idle.push(instance);
  }

  private module(precision: Precision): WebAssembly.Module {
    const found = this.modules.get(precision);
    if (found) return found;
    if (typeof WebAssembly !== "object")
      throw new HelixError(
        "backend-unavailable",
        'backend "wasm" needs WebAssembly, which this engine lacks; use backend "js"',
      );
    const module = new WebAssembly.Module(decode(builds[this.build()][precision]));
    this.modules.set(precision, module);
    return module;
  }

  /** The best build that this engine accepts. */
  private build(): Build {
    this.chosen ??= buildNames
      .slice(buildNames.indexOf(this.best))
      .find((name) => name === "scalar" || WebAssembly.validate(decode(builds[name].f32)));
    return this.chosen ?? "scalar";
  }
}

function executableOf(plan: Plan, instance: Instance, release: () => void): Executable {
  const { run } = plan;
  switch (run.kind) {
    case "spectral":
      return new Spectral(instance, release, plan, run);
    case "strip":
      return new Strip(instance, release, plan, run.taps);
    case "rows":
      return new Rows(instance, release, plan, run.taps);
    case "zero":
      return new Zero();
    default:
      return run satisfies never;
  }
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
